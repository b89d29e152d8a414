#include "tests/integration/support/smtp_by_hand.hpp"
#include "tests/support/dovecot.hpp"
#include "tests/support/postfix.hpp"

#include "base/encoding.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace postroom::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const std::string shared = "support@contoso.test";
const std::string delegate = "dora@contoso.test";
const std::string customer = "anna@example.test";
const std::string sent = "Sent Items";

std::string mail(const std::string& id) {
  return "From: " + shared + "\r\nTo: " + customer + "\r\nSubject: " + id + "\r\nMessage-ID: <" + id +
         "@contoso.test>\r\n\r\n..a dot, doubled\r\nGrüße\r\n";
}

std::string id_of(const std::string& id) {
  return "<" + id + "@contoso.test>";
}

class postfix_harness : public testing::Test {
protected:
  void start(postfix_options options = {}) {
    auto dovecot_started =
        dovecot::start({.mailboxes = {shared, delegate}, .rights = {{delegate, shared}}, .sent_folder = sent});
    ASSERT_TRUE(dovecot_started) << to_string(dovecot_started.error());
    imap = std::move(*dovecot_started);
    options.rights = {{delegate, shared}};
    auto postfix_started = postfix::start(*imap, std::move(options));
    if (!postfix_started && ::geteuid() != 0)
      GTEST_SKIP() << to_string(postfix_started.error());
    ASSERT_TRUE(postfix_started) << to_string(postfix_started.error());
    smtp = std::move(*postfix_started);
  }

  std::unique_ptr<smtp_by_hand> connect() const {
    auto client = std::make_unique<smtp_by_hand>(smtp->port());
    EXPECT_THAT(client->start_tls(smtp->certificates().ca_certificate), StartsWith("250"));
    return client;
  }

  std::unique_ptr<smtp_by_hand> sign_in() const {
    auto client = connect();
    EXPECT_THAT(client->login(delegate, imap->issuer().token({.upn = delegate})), StartsWith("235"));
    return client;
  }

  bool await_copies(std::size_t count, std::chrono::milliseconds deadline = 10s) const {
    return wait_until([&] { return imap->message_count(delegate, sent).value() == count; }, deadline);
  }

  std::unique_ptr<dovecot> imap;
  std::unique_ptr<postfix> smtp;
};

TEST_F(postfix_harness, takes_a_token_and_relays_the_mail_unchanged) {
  ASSERT_NO_FATAL_FAILURE(start());
  if (!smtp)
    return;
  auto client = connect();
  EXPECT_THAT(client->lines(), Contains(HasSubstr("AUTH ")));
  EXPECT_THAT(client->lines(), Contains(HasSubstr("XOAUTH2")));
  EXPECT_THAT(client->lines(), Contains("250-SIZE 37748736"));
  EXPECT_THAT(client->login(delegate, imap->issuer().token({.upn = delegate})), StartsWith("235"));
  EXPECT_THAT(client->send(shared, {customer, "bert@example.test"}, mail("one")), StartsWith("250"));
  const auto arrived = smtp->relay().await_mail(id_of("one"));
  ASSERT_TRUE(arrived) << smtp->log();
  EXPECT_EQ(arrived->mail_from, shared);
  EXPECT_THAT(arrived->recipients, testing::UnorderedElementsAre(customer, "bert@example.test"));
  EXPECT_EQ(arrived->field("subject"), "one");
  EXPECT_THAT(arrived->raw, testing::EndsWith("\r\n\r\n.a dot, doubled\r\nGrüße\r\n"));
  EXPECT_EQ(smtp->relay().count(id_of("one")), 1U);
}

TEST_F(postfix_harness, refuses_whoever_does_not_log_in_properly) {
  ASSERT_NO_FATAL_FAILURE(start());
  if (!smtp)
    return;
  smtp_by_hand plain{smtp->port()};
  EXPECT_THAT(plain.answer(), StartsWith("220"));
  EXPECT_THAT(plain.say("EHLO localhost"), StartsWith("250"));
  EXPECT_THAT(plain.lines(), testing::Not(Contains(HasSubstr("AUTH"))));
  EXPECT_THAT(plain.say("MAIL FROM:<" + shared + ">"), StartsWith("530 5.7.0"));
  EXPECT_THAT(connect()->send(shared, {customer}, mail("x")), StartsWith("554 5.7.1"));
  const auto& issuer = imap->issuer();
  EXPECT_THAT(connect()->login(delegate, issuer.token({.upn = delegate, .life = -60s})), StartsWith("535"));
  EXPECT_THAT(connect()->login(delegate, issuer.token({.upn = "mallory@contoso.test"})), StartsWith("535"));
  const auto by_password = base64_encode(std::string{"\0", 1} + delegate + std::string{"\0", 1} + imap->password());
  EXPECT_THAT(connect()->say("AUTH PLAIN " + by_password), StartsWith("235"));
}

TEST_F(postfix_harness, checks_the_sender_and_follows_changes_in_an_open_session) {
  ASSERT_NO_FATAL_FAILURE(start());
  if (!smtp)
    return;
  const std::string other = "sales@contoso.test";
  auto client = sign_in();
  EXPECT_THAT(client->send(other, {customer}, mail("x")), StartsWith("553 5.7.1"));
  (void)client->say("RSET");
  smtp->allow(delegate, other);
  EXPECT_THAT(client->send(other, {customer}, mail("two")), StartsWith("250"));
  smtp->forbid(delegate, other);
  EXPECT_THAT(client->send(other, {customer}, mail("x")), StartsWith("553 5.7.1"));
  EXPECT_TRUE(smtp->relay().await_mail(id_of("two"))) << smtp->log();
}

TEST_F(postfix_harness, refuses_on_request_at_each_step) {
  ASSERT_NO_FATAL_FAILURE(start());
  if (!smtp)
    return;
  auto client = sign_in();
  const auto attempt = [&](const std::string& from, const std::string& to) {
    auto said = client->send(from, {to}, mail("refused"));
    (void)client->say("RSET");
    return said;
  };
  EXPECT_THAT(attempt(shared, "code-450-4.2.0@example.test"), StartsWith("450 4.2.0"));
  EXPECT_THAT(attempt(shared, "code-552-5.2.2@example.test"), StartsWith("552 5.2.2"));
  EXPECT_THAT(attempt("code-550-5.1.8@contoso.test", customer), StartsWith("550 5.1.8"));
  EXPECT_THAT(attempt(shared, "data-451-4.3.0@example.test"), StartsWith("451 4.3.0"));
  EXPECT_THAT(attempt(shared, "end-432-4.3.2@example.test"), StartsWith("432 4.3.2"));
  EXPECT_THAT(attempt(shared, "end-554-5.2.0@example.test"), StartsWith("554 5.2.0"));
  EXPECT_THAT(client->send(shared, {"code-421-4.3.2@example.test"}, mail("refused")), StartsWith("421 4.3.2"));
  EXPECT_THAT(client->answer(), HasSubstr("connection_lost"));
  EXPECT_THAT(sign_in()->send(shared, {"slow-1@example.test"}, mail("last")), StartsWith("250"));
  EXPECT_TRUE(smtp->relay().await_mail(id_of("last"))) << smtp->log();
  EXPECT_EQ(smtp->relay().count(), 1U);
}

TEST_F(postfix_harness, bounces_what_the_relay_refuses) {
  ASSERT_NO_FATAL_FAILURE(start());
  if (!smtp)
    return;
  EXPECT_THAT(sign_in()->send(shared, {"relay-550-5.1.1@example.test"}, mail("no")), StartsWith("250"));
  ASSERT_TRUE(smtp->relay().await(1)) << smtp->log();
  const auto bounce = smtp->relay().mails().front();
  EXPECT_EQ(bounce.mail_from, "");
  EXPECT_THAT(bounce.recipients, ElementsAre(shared));
  EXPECT_THAT(bounce.raw, HasSubstr("Status: 5.1.1"));
}

TEST_F(postfix_harness, refuses_what_is_too_large) {
  ASSERT_NO_FATAL_FAILURE(start({.message_bytes_max = 10'000}));
  if (!smtp)
    return;
  auto client = sign_in();
  EXPECT_THAT(client->say("MAIL FROM:<" + shared + "> SIZE=20000"), StartsWith("552 5.3.4"));
  std::string large = mail("large");
  for (int i = 0; i < 300; ++i)
    large += std::string(70, 'x') + "\r\n";
  EXPECT_THAT(client->send(shared, {customer}, large), StartsWith("552 5.3.4"));
}

TEST_F(postfix_harness, puts_a_copy_into_the_senders_own_sent_folder) {
  ASSERT_NO_FATAL_FAILURE(start());
  if (!smtp)
    return;
  EXPECT_THAT(sign_in()->send(shared, {customer, "bert@example.test"}, mail("one")), StartsWith("250"));
  EXPECT_TRUE(await_copies(1)) << smtp->log() << imap->log();
  const auto found =
      imap->doveadm({"fetch", "-u", delegate, "hdr.message-id", "mailbox", sent, "header", "message-id", id_of("one")});
  EXPECT_THAT(found.value(), HasSubstr(id_of("one")));
  EXPECT_EQ(imap->message_count(delegate).value(), 0U);
  EXPECT_EQ(imap->message_count(shared, sent).value(), 0U);
  auto client = wire::connect(imap->imaps_port(), imap->certificates().ca_certificate);
  ASSERT_TRUE(client);
  ASSERT_TRUE((*client)->read_line());
  const auto login = "AUTHENTICATE XOAUTH2 " + xoauth2(delegate, imap->issuer().token({.upn = delegate}));
  EXPECT_THAT((*client)->command(login).value().back(), HasSubstr("OK"));
  EXPECT_THAT((*client)->command("LIST \"\" *").value(),
              Contains(testing::AllOf(HasSubstr("\\Sent"), HasSubstr(sent))));
}

TEST_F(postfix_harness, brings_copies_late_or_never) {
  ASSERT_NO_FATAL_FAILURE(start({.sent_copies = 1500ms}));
  if (!smtp)
    return;
  const auto began = std::chrono::steady_clock::now();
  auto client = sign_in();
  EXPECT_THAT(client->send(shared, {customer}, mail("late")), StartsWith("250"));
  ASSERT_TRUE(smtp->relay().await_mail(id_of("late"))) << smtp->log();
  EXPECT_TRUE(await_copies(1));
  EXPECT_GE(std::chrono::steady_clock::now() - began, 1500ms);
  smtp->send_copies_after(std::nullopt);
  EXPECT_THAT(client->send(shared, {customer}, mail("never")), StartsWith("250"));
  smtp->send_copies_after(0ms);
  EXPECT_THAT(client->send(shared, {customer}, mail("again")), StartsWith("250"));
  EXPECT_TRUE(await_copies(2));
  ASSERT_TRUE(smtp->relay().await(3));
  EXPECT_TRUE(wait_until([&] { return smtp->queued() == 0; }));
  EXPECT_EQ(imap->message_count(delegate, sent).value(), 2U);
}

TEST_F(postfix_harness, loses_nothing_when_it_is_killed) {
  ASSERT_NO_FATAL_FAILURE(start());
  if (!smtp)
    return;
  smtp->relay().kill();
  auto client = sign_in();
  EXPECT_THAT(client->send(shared, {customer}, mail("kept")), StartsWith("250"));
  smtp->kill();
  EXPECT_THAT(client->answer(), HasSubstr("connection_lost"));
  EXPECT_FALSE(accepts_connections(smtp->port()));
  EXPECT_GE(smtp->queued(), 1U);
  smtp->relay().restart();
  ASSERT_TRUE(smtp->restart());
  EXPECT_TRUE(smtp->relay().await_mail(id_of("kept"), 20s)) << smtp->log();
  EXPECT_TRUE(await_copies(1));
}

TEST_F(postfix_harness, throws_mail_away_fast) {
  ASSERT_NO_FATAL_FAILURE(start({.fast = true}));
  if (!smtp)
    return;
  auto client = sign_in();
  for (int i = 0; i < 50; ++i)
    EXPECT_THAT(client->send("anybody@contoso.test", {customer}, mail("gone")), StartsWith("250"));
  EXPECT_TRUE(wait_until([&] { return smtp->queued() == 0; }));
  EXPECT_EQ(smtp->relay().count(), 0U);
  EXPECT_EQ(smtp->log(), "");
}

TEST_F(postfix_harness, hands_mail_past_its_queue_to_a_sink) {
  smtp_sink sink;
  ASSERT_NO_FATAL_FAILURE(start({.fast = true, .fast_sink = sink.port()}));
  if (!smtp)
    return;
  EXPECT_THAT(sign_in()->send(shared, {customer}, mail("direct")), StartsWith("250 2.0.0 OK <queued@sink.test>"));
  EXPECT_EQ(sink.count(id_of("direct")), 1U);
}

} // namespace
} // namespace postroom::test
