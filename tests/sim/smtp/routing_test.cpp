#include "sim/smtp/routing.hpp"

#include "tests/sim/smtp/submission_fixture.hpp"

namespace postroom::sim {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class routing_test : public testing::Test, protected submission_client {
protected:
  routing_test() { (void)sign_in(); }
  std::string status_of(const std::string& address) {
    const auto miss = missed(services, {.address = address});
    return miss ? miss->who.status : "";
  }
  std::string bounce_in(const std::string& address) {
    bounces.deliver_due(time.ticks());
    return inbox(address).empty() ? "" : *inbox(address).back().raw;
  }
};

TEST_F(routing_test, knows_whom_a_mail_reaches) {
  company.domains.push_back("kontoso.test");
  mail.add("blocked@elsewhere.test");
  for (const auto* address : {"otto@contoso.test", "Otto@Contoso.test", "anna@example.test", "blocked@elsewhere.test"})
    EXPECT_EQ(status_of(address), "") << address;
  EXPECT_EQ(status_of("nobody@contoso.test"), "5.1.10");
  EXPECT_EQ(status_of("otto+tag@contoso.test"), "5.1.10") << "no aliases";
  EXPECT_EQ(status_of("bounce@contoso.test"), "5.1.10") << "nothing is reserved at home";
  mail.find(colleague)->settings.licensed = false;
  EXPECT_EQ(status_of(colleague), "5.1.10");
}

TEST_F(routing_test, lets_the_test_choose_what_becomes_of_a_mail) {
  EXPECT_EQ(status_of("bounce@example.test"), "5.1.1");
  EXPECT_EQ(status_of("Full@example.test"), "5.2.2");
  EXPECT_EQ(status_of("full+7@example.test"), "5.2.2");
  EXPECT_EQ(status_of("anna@blocked.example.test"), "5.7.1");
  EXPECT_EQ(status_of("delayed@example.test"), "4.4.7");
  EXPECT_EQ(status_of("slow@example.test"), "5.1.1");
  EXPECT_EQ(missed(services, {.address = "slow@example.test"})->after, slow_bounce_after);
  EXPECT_EQ(status_of("fuller@example.test"), "");
  EXPECT_EQ(status_of("anna@example.full.test"), "");
}

TEST_F(routing_test, answers_like_the_recipients_own_service) {
  people.add_tenant({.id = "g", .name = "G", .domains = {"g.test"}, .kind = service::google});
  const auto miss = missed(services, {.address = "nobody@g.test"});
  ASSERT_TRUE(miss);
  EXPECT_EQ(miss->who.status, "5.1.1");
  EXPECT_EQ(miss->who.remote_mta, "smtp.gmail.com");
}

TEST_F(routing_test, bounces_to_the_sender_of_the_envelope_after_a_moment) {
  (void)say("MAIL FROM:<support@contoso.test> ENVID=job-17");
  (void)say("RCPT TO:<nobody@contoso.test> ORCPT=rfc822;nobody@contoso.test\r\nRCPT TO:<full@example.test>\r\n"
            "RCPT TO:<otto@contoso.test>\r\nRCPT TO:<anna@example.test>\r\nDATA");
  EXPECT_THAT(say(letter + "."), HasSubstr("250 2.0.0 OK"));
  EXPECT_EQ(inbox(colleague).size(), 1U);
  EXPECT_EQ(bounce_in(shared), "") << "not yet";
  time.advance(bounce_after);
  const auto raw = bounce_in(shared);
  EXPECT_EQ(inbox(shared).size(), 1U) << "one for both";
  EXPECT_THAT(raw, AllOf(HasSubstr("Return-Path: <>\r\n"), HasSubstr("Subject: Undeliverable: one\r\n"),
                         HasSubstr("In-Reply-To: <m1@contoso.test>\r\nReferences: <m1@contoso.test>\r\n")));
  EXPECT_THAT(raw, AllOf(HasSubstr("Original-Envelope-Id: job-17\r\n"), HasSubstr("Status: 5.1.10\r\n"),
                         HasSubstr("Original-Recipient: rfc822;nobody@contoso.test\r\n"),
                         HasSubstr("Diagnostic-Code: smtp; 552 5.2.2 <full@example.test>: Mailbox full\r\n"),
                         HasSubstr("Remote-MTA: dns; mx.example.test\r\n"), Not(HasSubstr("anna"))));
  EXPECT_TRUE(inbox(delegate).empty());
  EXPECT_EQ(bounces.waiting(), 0U);
}

TEST_F(routing_test, tells_delays_and_late_failures_apart) {
  (void)say("MAIL FROM:<support@contoso.test>\r\nRCPT TO:<delayed@example.test>\r\nRCPT TO:<slow@example.test>\r\n"
            "RCPT TO:<bounce@example.test>\r\nDATA");
  (void)say(letter + ".");
  EXPECT_EQ(bounces.waiting(), 3U);
  time.advance(bounce_after);
  (void)bounce_in(shared);
  EXPECT_EQ(inbox(shared).size(), 2U);
  time.advance(slow_bounce_after);
  EXPECT_THAT(bounce_in(shared), HasSubstr("Final-Recipient: rfc822; slow@example.test\r\nAction: failed\r\n"));
}

TEST_F(routing_test, is_silent_where_nobody_wants_to_hear) {
  const auto send = [&](const std::string& from, const std::string& to) {
    (void)say("MAIL FROM:" + from + "\r\nRCPT TO:" + to + "\r\nDATA");
    EXPECT_THAT(say(letter + "."), HasSubstr("250 2.0.0 OK"));
  };
  send("<>", "<nobody@contoso.test>");
  send("<support@contoso.test>", "<nobody@contoso.test> NOTIFY=NEVER");
  send("<support@contoso.test>", "<delayed@example.test> NOTIFY=FAILURE");
  EXPECT_EQ(bounces.waiting(), 0U);
  send("<support@contoso.test>", "<delayed@example.test> NOTIFY=DELAY");
  EXPECT_EQ(bounces.waiting(), 1U);
}

} // namespace
} // namespace postroom::sim
