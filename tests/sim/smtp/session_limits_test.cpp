#include "tests/sim/smtp/submission_fixture.hpp"

/// How much one may send at Exchange Online, and what the journal remembers of it.
namespace postroom::sim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using stage = smtp_session::stage;

class session_limits_test : public testing::Test, protected submission_client {
protected:
  void sign_in_to(smtp_session& other, const std::string& user = delegate) {
    (void)other.receive("EHLO x\r\nAUTH XOAUTH2 " + xoauth2(user, token(user)) + "\r\n");
    ASSERT_EQ(other.user(), user);
  }
};

TEST_F(session_limits_test, lets_one_connection_too_many_go_on_up_to_the_last_word) {
  services.limits.smtp_connections = 1;
  (void)sign_in();
  std::optional<smtp_session> second{std::in_place, services, false};
  sign_in_to(*second);
  EXPECT_EQ(second->receive("MAIL FROM:<support@contoso.test>\r\nRCPT TO:<a@b.test>\r\nDATA\r\n"),
            "250 2.1.0 Sender OK\r\n250 2.1.5 Recipient OK\r\n354 Start mail input; end with <CRLF>.<CRLF>\r\n");
  EXPECT_EQ(second->receive(letter + ".\r\n"),
            "432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more "
            "information. [Hostname=EUR01.stand-in.test]\r\n");
  EXPECT_EQ(second->state(), stage::open);
  EXPECT_THAT(submit(letter), StartsWith("250 ")) << "the first one may";
  smtp_session other{services, false};
  sign_in_to(other, colleague);
  EXPECT_THAT(submit_in(other, "From: otto@contoso.test\r\n\r\n", colleague), StartsWith("250 ")) << "each user apart";
  reconnect(); // the first one goes; the second one moves up
  EXPECT_THAT(submit_in(*second, letter), StartsWith("250 "));
  EXPECT_EQ(sent(delegate).size(), 2U);
}

TEST_F(session_limits_test, delays_what_is_too_fast) {
  services.limits.smtp_mails_per_minute = 2;
  (void)sign_in();
  EXPECT_THAT(submit(letter), StartsWith("250 "));
  EXPECT_THAT(submit(letter), StartsWith("250 "));
  time.advance(20s);
  EXPECT_EQ(submit(letter), "");
  ASSERT_EQ(session().state(), stage::waiting);
  EXPECT_EQ(session().wakes_at() - time.ticks(), 40s);
  EXPECT_EQ(session().receive("NOOP\r\n"), "") << "nothing is read meanwhile";
  EXPECT_EQ(sent(delegate).size(), 2U) << "nothing is taken yet";
  time.advance(40s);
  EXPECT_THAT(session().resume(), StartsWith("250 2.0.0 OK <m1@contoso.test>"));
  EXPECT_EQ(session().state(), stage::open);
  EXPECT_EQ(sent(delegate).size(), 3U);
  EXPECT_EQ(session().resume(), "");
}

TEST_F(session_limits_test, takes_up_pipelined_commands_after_a_delay) {
  services.limits.smtp_mails_per_minute = 1;
  (void)sign_in();
  (void)submit(letter);
  (void)say("MAIL FROM:<support@contoso.test>\r\nRCPT TO:<a@b.test>\r\nDATA");
  EXPECT_EQ(say(letter + ".\r\nNOOP"), "");
  time.advance(60s);
  EXPECT_THAT(session().resume(), testing::EndsWith("[Hostname=EUR01.stand-in.test]\r\n250 2.0.0 OK\r\n"));
}

TEST_F(session_limits_test, refuses_who_would_have_to_wait_too_long) {
  services.limits.smtp_mails_per_minute = 0.1;
  (void)sign_in();
  EXPECT_THAT(submit(letter), StartsWith("250 "));
  EXPECT_THAT(submit(letter), StartsWith("432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded"));
  EXPECT_EQ(session().state(), stage::open);
}

TEST_F(session_limits_test, counts_recipients_of_a_day) {
  services.limits.smtp_recipients_per_day = 2;
  (void)sign_in();
  EXPECT_THAT(submit(letter), StartsWith("250 "));
  EXPECT_THAT(submit("Subject: refused\r\n\r\n"), StartsWith("550 5.7.512 ")) << "counts nothing";
  EXPECT_THAT(submit(letter), StartsWith("250 "));
  EXPECT_THAT(submit(letter), StartsWith("554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException"));
  time.advance(24h);
  reconnect();
  (void)sign_in();
  EXPECT_THAT(submit(letter), StartsWith("250 "));
}

TEST_F(session_limits_test, keeps_a_copy_in_the_shared_mailbox_too_where_that_is_set) {
  mail.find(shared)->settings.copy_for_sent_as = true;
  (void)sign_in();
  (void)submit(letter);
  EXPECT_EQ(sent(delegate).size(), 1U);
  ASSERT_EQ(sent(shared).size(), 1U);
  EXPECT_EQ(sent(shared)[0].raw, sent(delegate)[0].raw) << "the octets are there once";
  (void)submit("From: dora@contoso.test\r\n\r\n", delegate);
  EXPECT_EQ(sent(shared).size(), 1U);
}

TEST_F(session_limits_test, remembers_each_mail_with_the_last_word) {
  (void)sign_in();
  (void)say("MAIL FROM:<support@contoso.test>\r\nRCPT TO:<otto@contoso.test>\r\nRCPT TO:<a@b.test>\r\nDATA");
  (void)say(letter + ".");
  const auto entry = last_submitted();
  EXPECT_EQ(entry.user, delegate);
  EXPECT_EQ(entry.mail_from, shared);
  EXPECT_THAT(entry.recipients, ElementsAre("otto@contoso.test", "a@b.test"));
  EXPECT_EQ(entry.message_id, "<m1@contoso.test>");
  EXPECT_EQ(entry.octets, letter.size());
  EXPECT_EQ(entry.answer, "250 2.0.0 OK <m1@contoso.test> [Hostname=EUR01.stand-in.test]");
  EXPECT_TRUE(entry.taken);
  EXPECT_EQ(entry.at, time.now());
  const auto delivered = records.delivered(0, 10);
  ASSERT_EQ(delivered.size(), 1U) << "copies are no deliveries";
  EXPECT_EQ(delivered[0].mailbox, colleague);
  EXPECT_EQ(delivered[0].origin, mail_origin::submitted);
  EXPECT_EQ(delivered[0].sha256, entry.sha256);
  (void)submit("Subject: nobody's\r\nMessage-ID: <m2@contoso.test>\r\n\r\n");
  EXPECT_EQ(last_submitted().message_id, "<m2@contoso.test>");
  EXPECT_FALSE(last_submitted().taken);
  EXPECT_THAT(last_submitted().answer, StartsWith("550 5.7.512 "));
}

TEST_F(session_limits_test, remembers_the_size_of_what_was_too_large) {
  services.limits.mail_bytes = 1000;
  reconnect();
  (void)sign_in();
  EXPECT_THAT(submit(letter + std::string(2000, 'x') + "\r\n"), StartsWith("552 5.3.4 "));
  EXPECT_EQ(last_submitted().octets, letter.size() + 2002);
  EXPECT_EQ(last_submitted().sha256, "");
}

} // namespace
} // namespace postroom::sim
