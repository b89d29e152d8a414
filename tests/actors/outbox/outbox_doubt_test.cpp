#include "tests/actors/outbox/outbox_fixture.hpp"

#include "actors/outbox/sent_search.hpp"

/// Mails of which nobody knows whether they were sent: looked for in Sent.
namespace postroom::outbox {
namespace {

using namespace std::chrono_literals;
using mood = pretended_smtp::mood;
using records::OutboxMail;
using names = std::vector<std::string>;

class outbox_doubt : public outbox_fixture {
protected:
  outbox_doubt() { provider_record.set_sent_copy("yes"); }

  /// The server takes the mail and hangs up.
  void lose_verdict() {
    start();
    at_server().mood = mood::loses_verdict;
    submit("one");
    at_server().mood = mood::serves;
    ASSERT_EQ(at_server().mails.size(), 1U);
  }
  /// The process dies while the server has the mail but has not answered.
  void die_in_flight() {
    start();
    at_server(user()).mood = mood::holds_verdict;
    submit("one");
    EXPECT_EQ(counts().in_flight(), mails().back().seq());
    crash();
    at_server(user()).mood = mood::serves;
  }
  [[nodiscard]] std::string user() const {
    return provider_record.service() == "password" ? "sales@example.com" : "andrea@example.com";
  }
  std::string last_turn() {
    const auto mail = mails().at(0);
    return mail.history(mail.history_size() - 1).outcome();
  }
  pretended_server::account& imap() { return server.accounts["sales@example.com"]; }
  /// The folders that were opened in search of the copy.
  names opened() {
    names out;
    for (const auto& each : imap().commands)
      if (const auto* command = std::get_if<imap::select_command>(&each))
        out.push_back(command->folder);
    return out;
  }
  static constexpr const char* id = "one@postroom.example";
};

TEST_F(outbox_doubt, a_folder_of_another_language_is_known_by_its_name) {
  for (const std::string folder : {"Gesendete Elemente", "&AMk-l&AOk-ments envoy&AOk-s", "Elementy wys&AUI-ane"}) {
    SCOPED_TRACE(folder);
    at_server().mails.clear();
    imap() = {};
    imap().listed = {{{}, '/', "INBOX"}, {{}, '/', "Kalender"}, {{}, '/', folder}};
    imap().sent = {id};
    imap().sent_in = folder;
    lose_verdict();
    EXPECT_EQ(mails().back().state(), OutboxMail::SENT);
    crash();
  }
}

TEST_F(outbox_doubt, looks_into_each_folder_that_may_be_sent) {
  for (const std::string where : {"Sent", "Sent Items"}) {
    SCOPED_TRACE(where);
    at_server().mails.clear();
    imap() = {};
    imap().listed = {{{}, '/', "INBOX"}, {{}, '/', "Sent"}, {{}, '/', "Sent Items"}};
    imap().sent = {id};
    imap().sent_in = where;
    lose_verdict();
    EXPECT_EQ(mails().back().state(), OutboxMail::SENT);
    crash();
  }
}

TEST_F(outbox_doubt, a_folder_that_is_marked_is_the_only_one) {
  imap().listed = {{{}, '/', "Sent"}, {{"\\Sent"}, '/', "Gesendet"}, {{}, '/', "Sent Items"}};
  imap().sent = {id};
  lose_verdict();
  EXPECT_EQ(mails().at(0).state(), OutboxMail::SENT);
  EXPECT_EQ(opened(), names{"Gesendet"});
}

TEST_F(outbox_doubt, without_a_folder_known_to_be_sent_nothing_is_sent_again) {
  imap().listed = {{{}, '/', "INBOX"}, {{}, '/', "Elektitaj"}, {{"\\Noselect"}, '/', "Sent"}};
  lose_verdict();
  pass_in_steps(24h, 1min);
  pass_in_steps(2min);
  EXPECT_EQ(at_server().mails.size(), 1U);
  EXPECT_EQ(opened(), names{});
  EXPECT_EQ(mails().at(0).state(), OutboxMail::HELD) << "a person decides";
}

TEST_F(outbox_doubt, looks_when_its_turn_to_connect_has_come_and_tells_that_it_arrived) {
  for (int i = 0; i < 5; ++i)
    caf::anon_send(world.admission, connection_tried{"mail.example.com", 993, false});
  imap().sent = {id};
  lose_verdict();
  EXPECT_EQ(imap().dialled, 0U) << "nobody reaches the server";
  pass(1100ms);
  EXPECT_EQ(imap().dialled, 1U);
  EXPECT_EQ(mails().at(0).state(), OutboxMail::SENT);
  for (int i = 0; i < 2; ++i) // of a server that is down only one would be let through
    EXPECT_TRUE(ask<ack>(world.admission, want_connection{"mail.example.com", 993}).there());
}

TEST_F(outbox_doubt, tells_that_the_server_was_not_reached) {
  for (int i = 0; i < 4; ++i)
    caf::anon_send(world.admission, connection_tried{"mail.example.com", 993, false});
  imap().mood = pretended_server::mood::refuses;
  lose_verdict();
  EXPECT_EQ(imap().dialled, 1U);
  EXPECT_FALSE(ask<ack>(world.admission, want_connection{"mail.example.com", 993}).there());
}

TEST_F(outbox_doubt, each_event_is_counted_by_its_type) {
  provider_record.set_sent_copy("no");
  account_record.set_in_doubt("hold");
  at_server().refused["r0@example.com"] = greylisted;
  start();
  submit("one");
  at_server().refused.clear();
  at_server().mood = mood::loses_verdict;
  pass_in_steps(2min);
  EXPECT_EQ(events(), (names{"outbox.deferred", "outbox.held"}));
  EXPECT_TRUE(metrics_show("postroom_events_total{type=\"outbox.deferred\"} 1"));
  EXPECT_TRUE(metrics_show("postroom_events_total{type=\"outbox.held\"} 1"));
  at_server().mood = mood::serves;
  ASSERT_TRUE(change(mails().at(0).id(), mail_action::release));
  EXPECT_TRUE(metrics_show("postroom_events_total{type=\"outbox.sent\"} 1"));
}

TEST_F(outbox_doubt, a_copy_in_sent_means_that_it_was_sent) {
  server.accounts["sales@example.com"].sent = {id};
  lose_verdict();
  EXPECT_EQ(mails().at(0).state(), OutboxMail::SENT);
  EXPECT_EQ(last_turn(), "found_in_sent");
  EXPECT_EQ(events(), names{"outbox.sent"});
  pass_in_steps(5min, 5s);
  EXPECT_EQ(at_server().mails.size(), 1U) << "it must not come twice";
  EXPECT_EQ(server.open_count(), 0U);
  EXPECT_TRUE(metrics_show("postroom_outbox_in_doubt_total{resolution=\"found\"} 1"));
}

TEST_F(outbox_doubt, a_copy_that_comes_late_is_found_too) {
  lose_verdict();
  pass_in_steps(60s);
  EXPECT_EQ(mails().at(0).state(), OutboxMail::QUEUED);
  EXPECT_EQ(counts().in_flight(), 1U);
  server.accounts["sales@example.com"].sent = {id};
  pass_in_steps(5s);
  EXPECT_EQ(mails().at(0).state(), OutboxMail::SENT);
  EXPECT_EQ(at_server().mails.size(), 1U);
}

TEST_F(outbox_doubt, without_a_copy_it_is_sent_again_in_its_place) {
  server.accounts["sales@example.com"].sent = {"another@postroom.example"};
  lose_verdict();
  submit("two");
  pass_in_steps(110s);
  EXPECT_EQ(delivered(), names{"one"}) << "the order is kept";
  pass_in_steps(40s);
  EXPECT_EQ(delivered(), (names{"one", "one", "two"}));
  EXPECT_TRUE(metrics_show("postroom_outbox_in_doubt_total{resolution=\"resent\"} 1"));
}

TEST_F(outbox_doubt, without_a_copy_it_is_held_where_that_is_wanted) {
  account_record.set_in_doubt("hold");
  lose_verdict();
  submit("two");
  pass_in_steps(130s);
  EXPECT_EQ(mails().at(0).state(), OutboxMail::HELD);
  EXPECT_EQ(delivered(), (names{"one", "two"})) << "others go on";
  EXPECT_EQ(events(), (names{"outbox.held", "outbox.sent"}));
}

TEST_F(outbox_doubt, a_server_that_keeps_no_copy_is_not_asked) {
  provider_record.set_sent_copy("no");
  lose_verdict();
  EXPECT_EQ(server.sessions.size(), 0U);
  EXPECT_EQ(mails().at(0).state(), OutboxMail::QUEUED);
  pass_in_steps(20s);
  EXPECT_EQ(delivered(), (names{"one", "one"}));
}

TEST_F(outbox_doubt, a_server_that_always_hangs_up_does_not_get_a_mail_for_ever) {
  provider_record.set_sent_copy("no");
  at_server().mood = mood::loses_verdict;
  start();
  submit("one");
  EXPECT_EQ(at_server().mails.size(), 1U) << "not at once again";
  pass_in_steps(24h, 1min);
  EXPECT_EQ(at_server().mails.size(), 4U);
  EXPECT_EQ(mails().at(0).state(), OutboxMail::HELD);
}

TEST_F(outbox_doubt, while_sent_cannot_be_looked_at_nothing_is_sent_again) {
  server.accounts["sales@example.com"].mood = pretended_server::mood::refuses;
  lose_verdict();
  pass_in_steps(10min, 5s);
  EXPECT_EQ(at_server().mails.size(), 1U);
  EXPECT_EQ(mails().at(0).state(), OutboxMail::QUEUED);
  server.accounts["sales@example.com"].mood = pretended_server::mood::serves;
  server.accounts["sales@example.com"].sent = {id};
  pass_in_steps(30s);
  EXPECT_EQ(mails().at(0).state(), OutboxMail::SENT);
}

TEST_F(outbox_doubt, without_a_token_to_look_with_it_looks_again_later) {
  start();
  at_server().mood = mood::holds_verdict;
  submit("one");
  no_token = fail(errc::timeout, "the platform does not answer");
  pretended_smtp::drop(*smtp.sessions.back(), fail(errc::connection_lost, "gone"));
  pass_in_steps(1min);
  EXPECT_EQ(mails().at(0).state(), OutboxMail::QUEUED);
  no_token.reset();
  server.accounts["sales@example.com"].sent = {id};
  pass_in_steps(30s);
  EXPECT_EQ(mails().at(0).state(), OutboxMail::SENT);
}

TEST_F(outbox_doubt, after_a_crash_the_copy_is_looked_for_before_all_else) {
  die_in_flight();
  server.accounts["sales@example.com"].sent = {id};
  const auto dialled = at_server().dialled;
  start();
  EXPECT_EQ(mails().at(0).state(), OutboxMail::SENT);
  EXPECT_EQ(at_server().dialled, dialled) << "nobody tried to send it";
}

TEST_F(outbox_doubt, after_a_crash_what_the_server_did_not_keep_is_sent_again) {
  die_in_flight();
  start();
  EXPECT_EQ(delivered(), names{});
  pass_in_steps(150s);
  EXPECT_EQ(delivered(), names{"one"});
  EXPECT_EQ(mails().at(0).attempts(), 2U);
}

TEST_F(outbox_doubt, after_a_crash_it_is_held_where_that_is_wanted) {
  account_record.set_in_doubt("hold");
  die_in_flight();
  start();
  pass_in_steps(130s);
  EXPECT_EQ(mails().at(0).state(), OutboxMail::HELD);
  EXPECT_EQ(counts().in_flight(), 0U);
}

TEST_F(outbox_doubt, a_second_crash_does_not_double_the_doubt) {
  die_in_flight();
  start();
  crash();
  start();
  EXPECT_EQ(mails().at(0).attempts(), 1U);
  server.accounts["sales@example.com"].sent = {id};
  pass_in_steps(5s);
  EXPECT_EQ(mails().at(0).state(), OutboxMail::SENT);
}

TEST_F(outbox_doubt, looks_into_the_delegate_s_sent_and_then_into_the_shared_mailbox_s) {
  for (const std::string where : {"andrea@example.com", "sales@example.com"}) {
    SCOPED_TRACE(where);
    provider_record = put_provider("acme", "mail", "generic_oidc");
    provider_record.set_sent_copy("yes");
    server.accounts.clear();
    server.sessions.clear();
    at_server("andrea@example.com").mails.clear();
    die_in_flight();
    server.accounts[where].sent = {id};
    start();
    EXPECT_EQ(server.accounts["andrea@example.com"].dialled, 1U);
    EXPECT_EQ(server.accounts["sales@example.com"].dialled, where == "sales@example.com" ? 1U : 0U);
    EXPECT_EQ(counts().in_flight(), 0U);
    EXPECT_EQ(mails().back().state(), OutboxMail::SENT);
    crash();
  }
}

TEST_F(outbox_doubt, one_sent_that_cannot_be_looked_at_leaves_it_open) {
  provider_record = put_provider("acme", "mail", "generic_oidc");
  provider_record.set_sent_copy("yes");
  die_in_flight();
  server.accounts["andrea@example.com"].mood = pretended_server::mood::refuses;
  start();
  pass_in_steps(5min, 5s);
  EXPECT_EQ(counts().in_flight(), 1U) << "it may lie there";
  server.accounts["andrea@example.com"].mood = pretended_server::mood::serves;
  pass_in_steps(30s);
  EXPECT_EQ(delivered("andrea@example.com"), names{"one"});
}

TEST_F(outbox_doubt, stays_open_while_the_account_is_switched_off) {
  die_in_flight();
  account_record.set_active(false);
  start();
  const auto mail = mails().at(0).id();
  EXPECT_EQ(change(mail, mail_action::hold).error().code, errc::conflict);
  EXPECT_EQ(change(mail, mail_action::cancel).error().code, errc::conflict);
  EXPECT_EQ(counts().in_flight(), 1U);
}

TEST(sent_folder_names, are_known_in_any_case) {
  EXPECT_TRUE(is_sent_folder_name("Sent Items"));
  EXPECT_TRUE(is_sent_folder_name("SENT"));
  EXPECT_TRUE(is_sent_folder_name("[Gmail]/Sent Mail"));
  EXPECT_TRUE(is_sent_folder_name("GESENDETE ELEMENTE"));
  EXPECT_TRUE(is_sent_folder_name("&AOk-l&AOk-ments envoy&AOk-s"));
  EXPECT_TRUE(is_sent_folder_name("Éléments envoyés")) << "raw UTF-8, as some servers send it";
  EXPECT_FALSE(is_sent_folder_name("&AOk-broken"));
  EXPECT_FALSE(is_sent_folder_name("Sent Items/old"));
  EXPECT_FALSE(is_sent_folder_name("Unsent"));
}

} // namespace
} // namespace postroom::outbox
