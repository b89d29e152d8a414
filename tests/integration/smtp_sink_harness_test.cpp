#include "tests/integration/support/smtp_by_hand.hpp"
#include "tests/support/process.hpp"
#include "tests/support/smtp_sink.hpp"

#include "base/crypto.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace postroom::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

const std::string sender = "support@contoso.test";
const std::string customer = "anna@example.test";
const std::string text = "Subject: a\r\n folded one\r\nMessage-ID: <1@x.test>\r\n\r\nhello\r\n";

/// Greeted, and EHLO said.
std::unique_ptr<smtp_by_hand> connect(const smtp_sink& sink) {
  auto client = std::make_unique<smtp_by_hand>(sink.port());
  EXPECT_THAT(client->answer(), StartsWith("220"));
  EXPECT_THAT(client->say("EHLO localhost"), StartsWith("250"));
  return client;
}

TEST(smtp_sink_harness, remembers_what_came) {
  smtp_sink sink{{.login_required = true}};
  auto client = connect(sink);
  EXPECT_THAT(client->lines(), Contains("250-AUTH XOAUTH2 OAUTHBEARER PLAIN"));
  EXPECT_THAT(client->send(sender, {customer}, text), StartsWith("530"));
  EXPECT_THAT(client->login("dora@contoso.test", "token-1"), StartsWith("235"));
  EXPECT_THAT(client->send(sender, {customer}, text), StartsWith("250"));
  ASSERT_TRUE(sink.await(1));
  const auto mail = sink.mails().front();
  EXPECT_EQ(mail.user, "dora@contoso.test");
  EXPECT_EQ(mail.token, "token-1");
  EXPECT_EQ(mail.mail_from, sender);
  EXPECT_THAT(mail.recipients, ElementsAre(customer));
  EXPECT_EQ(mail.raw, text);
  EXPECT_EQ(mail.field("subject"), "a folded one");
  EXPECT_EQ(mail.body_sha256, hex_encode(as_view(sha256("hello\r\n"))));
  EXPECT_EQ(sink.count("<1@x.test>"), 1U);
  EXPECT_EQ(sink.open_connections(), 1U);
}

TEST(smtp_sink_harness, takes_chunks_and_pipelined_commands) {
  smtp_sink sink;
  auto client = connect(sink);
  ASSERT_TRUE(client->line().write("MAIL FROM:<" + sender + ">\r\nRCPT TO:<code-550-5.1.1@x.test>\r\nRCPT TO:<" +
                                   customer + ">\r\nBDAT 5\r\nA: b\rBDAT 8 LAST\r\n\n\r\n..\r\n\r\n"));
  EXPECT_THAT(client->answer(), StartsWith("250 2.1.0"));
  EXPECT_THAT(client->answer(), StartsWith("550 5.1.1"));
  EXPECT_THAT(client->answer(), StartsWith("250 2.1.5"));
  EXPECT_THAT(client->answer(), StartsWith("250 2.0.0 5"));
  EXPECT_THAT(client->answer(), StartsWith("250 2.0.0 OK"));
  EXPECT_EQ(sink.mails().at(0).raw, "A: b\r\n\r\n..\r\n\r");
}

TEST(smtp_sink_harness, speaks_tls) {
  const temp_directory directory;
  const auto certificates = make_test_certificates(directory.path()).value();
  smtp_sink sink{{.certificates = certificates}};
  EXPECT_THAT(connect(sink)->say("MAIL FROM:<>"), StartsWith("530 5.7.0"));
  smtp_by_hand client{sink.port()};
  EXPECT_THAT(client.start_tls(certificates.ca_certificate), StartsWith("250"));
  EXPECT_THAT(client.send(sender, {customer}, text), StartsWith("250"));
  EXPECT_TRUE(sink.await_mail("<1@x.test>"));
}

TEST(smtp_sink_harness, answers_as_planned_once_then_properly) {
  smtp_sink sink;
  sink.plan({.at = smtp_step::mail, .text = "451 4.7.0 Temporary server error", .skip = 1});
  sink.plan({.at = smtp_step::data, .text = "554 5.5.1 No"});
  sink.plan({.at = smtp_step::verdict, .text = "432 4.3.2 Concurrent connections limit exceeded", .times = 2});
  auto client = connect(sink);
  EXPECT_THAT(client->send(sender, {customer}, text), StartsWith("554 5.5.1"));
  (void)client->say("RSET");
  EXPECT_THAT(client->send(sender, {customer}, text), StartsWith("451 4.7.0"));
  EXPECT_THAT(client->send(sender, {customer}, text), StartsWith("432 4.3.2"));
  EXPECT_THAT(client->send(sender, {customer}, text), StartsWith("432 4.3.2"));
  EXPECT_EQ(sink.count(), 0U);
  EXPECT_THAT(client->send(sender, {customer}, text), StartsWith("250"));
  EXPECT_EQ(sink.count(), 1U);
  EXPECT_EQ(sink.faults_struck(), 4U);
}

TEST(smtp_sink_harness, hangs_up_before_the_verdict_with_and_without_the_mail) {
  smtp_sink sink;
  for (const auto kind : {smtp_fault_kind::close, smtp_fault_kind::reset, smtp_fault_kind::answer})
    for (const bool taken : {false, true}) {
      const auto before = sink.count();
      sink.plan({.at = smtp_step::verdict, .kind = kind, .taken = taken});
      auto client = connect(sink);
      const auto said = client->send(sender, {customer}, text);
      EXPECT_THAT(said, HasSubstr(kind == smtp_fault_kind::answer ? "421 4.3.2" : "connection_lost"));
      EXPECT_EQ(sink.count() - before, taken ? 1U : 0U);
    }
}

TEST(smtp_sink_harness, strikes_in_the_midst_of_a_mail_and_after_it) {
  smtp_sink sink;
  sink.plan({.at = smtp_step::body, .after_octets = 20});
  auto client = connect(sink);
  EXPECT_THAT(client->send(sender, {customer}, text), StartsWith("421"));
  EXPECT_EQ(sink.count(), 0U);
  sink.plan({.at = smtp_step::accepted});
  client = connect(sink);
  EXPECT_THAT(client->send(sender, {customer}, text), StartsWith("250"));
  EXPECT_THAT(client->answer(), StartsWith("421"));
  EXPECT_THAT(client->answer(), HasSubstr("connection_lost"));
  EXPECT_EQ(sink.count(), 1U);
}

TEST(smtp_sink_harness, stalls_and_talks_nonsense_and_still_ends) {
  smtp_sink sink;
  sink.plan({.at = smtp_step::hello, .kind = smtp_fault_kind::stall});
  sink.plan({.at = smtp_step::hello, .kind = smtp_fault_kind::endless_reply});
  sink.plan({.at = smtp_step::hello, .kind = smtp_fault_kind::endless_line});
  sink.plan({.at = smtp_step::hello, .kind = smtp_fault_kind::garbage});
  std::vector<std::unique_ptr<smtp_by_hand>> clients;
  const auto next = [&]() -> wire& {
    clients.push_back(std::make_unique<smtp_by_hand>(sink.port()));
    EXPECT_THAT(clients.back()->answer(), StartsWith("220"));
    EXPECT_TRUE(clients.back()->line().write("EHLO localhost\r\n"));
    EXPECT_TRUE(wait_until([&] { return sink.faults_struck() == clients.size(); }));
    return clients.back()->line();
  };
  EXPECT_EQ(next().read_line(100ms).error().code, errc::timeout);
  auto& endless = next();
  for (int i = 0; i < 1000; ++i)
    ASSERT_EQ(endless.read_line().value(), "250-and so on");
  EXPECT_EQ(next().read_bytes(100'000).value().find('\n'), std::string::npos);
  EXPECT_THAT(next().read_line().value(), HasSubstr("not SMTP"));
  EXPECT_EQ(sink.open_connections_max(), 4U);
}

TEST(smtp_sink_harness, dies_and_comes_back_on_the_same_port) {
  smtp_sink sink;
  auto client = connect(sink);
  sink.kill();
  EXPECT_THAT(client->say("NOOP"), HasSubstr("connection_lost"));
  EXPECT_FALSE(accepts_connections(sink.port()));
  sink.restart();
  EXPECT_THAT(connect(sink)->send(sender, {customer}, text), StartsWith("250"));
}

} // namespace
} // namespace postroom::test
