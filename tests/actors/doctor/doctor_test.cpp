#include "tests/actors/doctor/doctor_fixture.hpp"

#include "base/limits.hpp"
#include "protocol/knowledge/entry.hpp"

#include <gmock/gmock.h>

#include <algorithm>

/// The doctor against pretended servers, with a fault at every step.
namespace postroom::doctor::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using namespace std::chrono_literals;

class doctor_actor_test : public doctor_fixture {
protected:
  static error known(std::string_view key, std::string words) {
    const auto* row = knowledge::find(key);
    EXPECT_TRUE(row) << key;
    return {row->code, std::move(words), row->key};
  }
  void refuse_mailbox() {
    server.accounts[shared].refused_with = known("imap.not_connected", "User is authenticated but not connected.");
  }
  template <class Command>
  [[nodiscard]] std::size_t asked(const std::string& user) {
    return static_cast<std::size_t>(std::ranges::count_if(
        server.accounts[user].commands, [](const auto& each) { return std::holds_alternative<Command>(each); }));
  }
};

TEST_F(doctor_actor_test, finds_nothing_wrong_and_sends_nothing) {
  begin();
  for (const auto& each : found().steps)
    EXPECT_NE(to_string(each.state), "bad") << each.name << ": " << each.evidence;
  EXPECT_THAT(found().summary, HasSubstr("is healthy"));
  EXPECT_EQ(state_of("mailbox"), "good");
  EXPECT_EQ(state_of("clock"), "good");
  EXPECT_EQ(state_of("claims"), "good");
  EXPECT_EQ(asked<imap::select_command>(shared), 1U);
  EXPECT_TRUE(std::get<imap::select_command>(server.accounts[shared].commands.front()).read_only);
  EXPECT_EQ(server.accounts[andrea].dialled, 0U) << "nobody looks into the delegate's mailbox without need";
  EXPECT_THAT(smtp.accounts[andrea].mails, IsEmpty());
  EXPECT_EQ(smtp.accounts[andrea].resets, 1U);
  EXPECT_EQ(server.open_count(), 0U);
  EXPECT_EQ(smtp.open_count(), 0U);
}

TEST_F(doctor_actor_test, sends_one_mail_when_asked) {
  begin("me@example.com");
  EXPECT_EQ(state_of("send_as"), "good");
  ASSERT_THAT(smtp.accounts[andrea].mails, SizeIs(1));
  const auto& mail = smtp.accounts[andrea].mails.front();
  EXPECT_EQ(mail.envelope.mail_from, shared);
  EXPECT_THAT(mail.recipients, testing::ElementsAre("me@example.com"));
  EXPECT_THAT(mail.body, HasSubstr("From: support@contoso.com"));
  EXPECT_THAT(mail.body, HasSubstr("Auto-Submitted: auto-generated"));
  EXPECT_EQ(mail.envelope.size, mail.body.size());
}

TEST_F(doctor_actor_test, tells_that_it_may_not_send_as_the_mailbox) {
  smtp.accounts[andrea].verdict = {550, smtp::enhanced_status{5, 7, 60},
                                   "SMTP; Client does not have permissions to send as this sender"};
  begin("me@example.com");
  EXPECT_EQ(state_of("send_as"), "bad");
  EXPECT_EQ(step("send_as").cause, "smtp.send_as_denied");
  EXPECT_EQ(state_of("smtp_login"), "good");
}

TEST_F(doctor_actor_test, climbs_the_ladder_and_keeps_the_delegate_s_privacy) {
  refuse_mailbox();
  begin();
  ASSERT_THAT(http.urls, SizeIs(1));
  EXPECT_EQ(http.urls.front(),
            "https://graph.microsoft.com/v1.0/users/support%40contoso.com/mailFolders/inbox?$select=id");
  answer_http(403, R"({"error":{"code":"ErrorAccessDenied","message":"Access is denied."}})");
  EXPECT_EQ(state_of("imap_login"), "good");
  EXPECT_EQ(step("mailbox").cause, "graph.ErrorAccessDenied");
  EXPECT_THAT(step("mailbox").remedy,
              HasSubstr("Add-MailboxPermission -Identity support@contoso.com -User andrea@contoso.com"));
  EXPECT_EQ(asked<imap::namespace_command>(andrea), 1U);
  EXPECT_EQ(asked<imap::select_command>(andrea), 0U);
  EXPECT_THAT(server.accounts[andrea].commands, SizeIs(1));
  ASSERT_THAT(script->asked, SizeIs(3));
  EXPECT_TRUE(script->asked[1].refresh);
  EXPECT_EQ(script->asked[2].resource, token_resource::graph);
  EXPECT_EQ(server.accounts[shared].dialled, 2U);
}

TEST_F(doctor_actor_test, tells_that_imap_is_switched_off) {
  refuse_mailbox();
  begin();
  answer_http(200, R"({"id":"x"})");
  EXPECT_EQ(step("mailbox").cause, "imap.not_connected");
  EXPECT_THAT(step("mailbox").remedy, HasSubstr("Set-CASMailbox support@contoso.com -ImapEnabled $true"));
  EXPECT_EQ(state_of("on_premises"), "good");
}

TEST_F(doctor_actor_test, understands_that_the_first_command_tells_it) {
  server.accounts[shared].refuses_all = "User is authenticated but not connected.";
  begin();
  answer_http(200, R"({"id":"x"})");
  EXPECT_EQ(state_of("imap_login"), "good");
  EXPECT_EQ(step("mailbox").cause, "imap.not_connected");
  EXPECT_THAT(step("mailbox").remedy, HasSubstr("-ImapEnabled $true"));
  EXPECT_EQ(state_of("folder"), "skipped");
}

TEST_F(doctor_actor_test, tells_that_the_mailbox_is_on_premises) {
  refuse_mailbox();
  begin();
  answer_http(404, R"({"error":{"code":"MailboxNotEnabledForRESTAPI","message":"hosted on-premise"}})");
  EXPECT_EQ(state_of("on_premises"), "bad");
  EXPECT_EQ(step("mailbox").cause, "graph.MailboxNotEnabledForRESTAPI");
}

TEST_F(doctor_actor_test, leaves_the_ladder_out_when_told_to) {
  sick.ladder_allowed = false;
  refuse_mailbox();
  begin();
  EXPECT_EQ(state_of("mailbox"), "bad");
  EXPECT_THAT(script->asked, SizeIs(1));
  EXPECT_EQ(server.accounts[shared].dialled, 1U);
}

TEST_F(doctor_actor_test, notes_that_a_fresh_token_helps) {
  server.accounts[shared].refused_with = known("imap.auth_failed", "AUTHENTICATE failed.");
  provider_record.clear_purposes();
  script->refreshed = known("AADSTS70043", "invalid_grant [trace t1, correlation c1]");
  begin();
  EXPECT_EQ(step("token").cause, "AADSTS70043");
  EXPECT_THAT(step("token").evidence, HasSubstr("trace t1, correlation c1"));
  EXPECT_EQ(state_of("smtp_login"), "skipped");
}

TEST_F(doctor_actor_test, compares_permissions) {
  script->answers[token_resource::mail] = good_token("IMAP.AccessAsUser.All");
  begin();
  EXPECT_EQ(state_of("claims"), "bad");
  EXPECT_THAT(step("claims").evidence, HasSubstr("SMTP.Send"));
}

TEST_F(doctor_actor_test, needs_no_token_to_look_at_the_network) {
  script->answers[token_resource::mail] = known("AADSTS7000222", "invalid_client");
  begin();
  EXPECT_EQ(state_of("tls"), "good");
  EXPECT_EQ(step("token").cause, "AADSTS7000222");
  EXPECT_EQ(state_of("imap_login"), "skipped");
  EXPECT_EQ(server.accounts[""].dialled, 1U) << "without a name and without a token";
  for (const auto& each : server.sessions)
    EXPECT_TRUE(each->target.session.token_or_password.empty());
}

TEST_F(doctor_actor_test, tells_of_servers_that_are_not_reached) {
  server.accounts[""].mood = pretended_server::mood::refuses;
  smtp.accounts[""].mood = pretended_smtp::mood::refuses;
  begin();
  EXPECT_EQ(state_of("connect"), "bad");
  EXPECT_THAT(step("connect").evidence, HasSubstr("IMAP outlook.office365.com:993"));
  for (const auto* name : {"imap_login", "mailbox", "folder", "smtp_login", "send_as"})
    EXPECT_EQ(state_of(name), "skipped") << name;
}

TEST_F(doctor_actor_test, tells_of_a_folder_that_is_not_there) {
  sick.account.set_folder("Tickets");
  server.accounts[shared].missing_folders = {"Tickets"};
  begin();
  EXPECT_EQ(state_of("mailbox"), "good");
  EXPECT_EQ(state_of("folder"), "bad");
  EXPECT_THAT(step("folder").evidence, HasSubstr("Tickets doesn't exist."));
}

TEST_F(doctor_actor_test, tells_of_smtp_auth_switched_off) {
  smtp.accounts[andrea].login_refused =
      smtp::reply{535, smtp::enhanced_status{5, 7, 139},
                  "Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. [HOST 2026 08DB]"};
  begin();
  EXPECT_EQ(step("smtp_login").cause, "smtp.auth_disabled_tenant");
  EXPECT_THAT(step("smtp_login").evidence, HasSubstr("[HOST 2026 08DB]"));
  EXPECT_THAT(step("smtp_login").remedy, HasSubstr("Set-CASMailbox andrea@contoso.com"));
  EXPECT_EQ(state_of("send_as"), "skipped");
  EXPECT_EQ(state_of("mailbox"), "good");
}

TEST_F(doctor_actor_test, tells_of_a_sender_that_is_refused_at_once) {
  smtp.accounts[andrea].sender = {550, smtp::enhanced_status{5, 1, 8}, "Access denied, bad outbound sender"};
  begin("me@example.com");
  EXPECT_EQ(step("send_as").cause, "smtp.bad_outbound_sender");
  EXPECT_THAT(smtp.accounts[andrea].mails, IsEmpty());
}

TEST_F(doctor_actor_test, tells_of_a_clock_that_is_wrong) {
  date = "Fri, 20 Dec 2019 00:10:00 GMT";
  begin();
  EXPECT_EQ(state_of("clock"), "bad");
  EXPECT_THAT(step("clock").evidence, HasSubstr("600 s behind"));
}

TEST_F(doctor_actor_test, goes_on_when_the_platform_tells_no_time) {
  date = "never";
  begin();
  EXPECT_EQ(state_of("clock"), "note");
  EXPECT_EQ(state_of("mailbox"), "good");
}

TEST_F(doctor_actor_test, works_with_passwords) {
  provider_record.set_service("password");
  provider_record.set_type("imap");
  provider_record.set_imap_host("mail.example.com");
  provider_record.set_smtp_host("mail.example.com");
  sick.account.clear_delegate();
  sick.account.set_grant("andrea");
  script->answers[token_resource::mail] = access_token{secret<>{"pa$$word"}, {}, wall_time{}, {}};
  begin();
  EXPECT_EQ(state_of("clock"), "skipped");
  EXPECT_EQ(state_of("mailbox"), "good");
  EXPECT_EQ(state_of("smtp_login"), "good");
  for (const auto& each : found().steps)
    EXPECT_THAT(each.evidence + each.remedy, Not(HasSubstr("pa$$word")));
  EXPECT_THAT(http.urls, IsEmpty());
}

TEST_F(doctor_actor_test, answers_what_it_has_when_the_time_is_up) {
  server.accounts[shared].mood = pretended_server::mood::silent;
  smtp.accounts[andrea].mood = pretended_smtp::mood::silent;
  begin();
  EXPECT_FALSE(pending.there());
  let_pass(limits::diagnosis_deadline - 10s);
  EXPECT_FALSE(pending.there());
  let_pass(10s);
  EXPECT_EQ(state_of("tls"), "good");
  EXPECT_EQ(state_of("imap_login"), "bad") << "each probe has its own limit";
  EXPECT_EQ(state_of("smtp_login"), "skipped") << "nobody knows yet";
  EXPECT_THAT(step("smtp_login").evidence, HasSubstr("the time for the diagnosis was up"));
}

TEST_F(doctor_actor_test, survives_a_token_service_that_says_nothing) {
  script->silent = true;
  begin();
  let_pass(limits::diagnosis_deadline);
  EXPECT_EQ(state_of("token"), "bad");
  EXPECT_EQ(state_of("imap_login"), "skipped");
  script->held.clear();
}

TEST_F(doctor_actor_test, says_that_there_is_no_provider) {
  sick.provider = nullptr;
  sick.tokens = nullptr;
  doctor = system.spawn(doctor::doctor, std::make_shared<const patient>(sick), static_cast<const ports*>(&world));
  pending = ask<diagnosis>(doctor, diagnose_account{tenant_id{"acme"}, account_id{"support"}, {}});
  settle();
  EXPECT_EQ(state_of("configuration"), "bad");
  EXPECT_THAT(server.sessions, IsEmpty());
}

TEST_F(doctor_actor_test, ends_after_its_answer) {
  begin();
  EXPECT_TRUE(pending.there());
  const auto again = ask<diagnosis>(doctor, diagnose_account{tenant_id{"acme"}, account_id{"support"}, {}});
  settle();
  ASSERT_TRUE(again.there());
  EXPECT_FALSE(again.get());
}

TEST_F(doctor_actor_test, shows_no_token) {
  refuse_mailbox();
  begin();
  answer_http(200, "{}");
  const auto token = good_token().value;
  for (const auto& each : found().steps)
    EXPECT_THAT(each.evidence + each.remedy, Not(HasSubstr(token.expose().substr(0, 30)))) << each.name;
}

} // namespace
} // namespace postroom::doctor::test
