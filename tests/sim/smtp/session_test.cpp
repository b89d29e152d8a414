#include "tests/sim/smtp/submission_fixture.hpp"

namespace postroom::sim {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using stage = smtp_session::stage;

const std::string addressed_letter = "From: Support <support@contoso.test>\r\nTo: anna@example.test\r\nSubject: one\r\n"
                                     "Message-ID: <m1@contoso.test>\r\n\r\nbody\r\n";
const std::string taken = "250 2.0.0 OK <m1@contoso.test> [Hostname=EUR01.stand-in.test]\r\n";

class smtp_session_test : public testing::Test, protected submission_client {};

TEST_F(smtp_session_test, greets_and_offers_what_exchange_offers) {
  smtp_session fresh{services, true};
  EXPECT_THAT(fresh.greet(),
              AllOf(StartsWith("220 EUR01.stand-in.test Microsoft ESMTP MAIL Service ready at "), EndsWith("\r\n")));
  EXPECT_EQ(fresh.receive("EHLO gw.example\r\n"),
            "250-EUR01.stand-in.test Hello [127.0.0.1]\r\n250-SIZE 157286400\r\n250-PIPELINING\r\n250-DSN\r\n"
            "250-ENHANCEDSTATUSCODES\r\n250-STARTTLS\r\n250-8BITMIME\r\n250-BINARYMIME\r\n250-CHUNKING\r\n"
            "250 SMTPUTF8\r\n");
  EXPECT_THAT(fresh.receive("AUTH XOAUTH2 " + xoauth2(delegate, token(delegate)) + "\r\n"), StartsWith("504 5.7.4 "))
      << "no token in the clear";
  EXPECT_THAT(fresh.receive("STARTTLS\r\nNOOP\r\n"), StartsWith("220 2.0.0 "));
  EXPECT_EQ(fresh.state(), stage::wants_tls);
  fresh.tls_established();
  EXPECT_THAT(fresh.receive("AUTH XOAUTH2\r\n"), StartsWith("503 ")) << "nothing said in the clear counts";
  EXPECT_THAT(fresh.receive("EHLO gw.example\r\n"),
              AllOf(HasSubstr("250-AUTH LOGIN XOAUTH2\r\n"), Not(HasSubstr("STARTTLS"))));
}

TEST_F(smtp_session_test, takes_tokens_in_the_line_and_after_a_continuation) {
  EXPECT_EQ(sign_in(), "235 2.7.0 Authentication successful\r\n");
  EXPECT_THAT(say("AUTH XOAUTH2"), StartsWith("503 "));
  smtp_session other{services, false};
  (void)other.receive("EHLO x\r\n");
  EXPECT_EQ(other.receive("AUTH XOAUTH2\r\n"), "334 \r\n");
  EXPECT_EQ(other.receive(xoauth2(delegate, token(delegate)) + "\r\n"), "235 2.7.0 Authentication successful\r\n");
  EXPECT_EQ(stats.submission_logins, 2U);
}

TEST_F(smtp_session_test, refuses_wrong_tokens_users_and_passwords) {
  (void)say("EHLO x");
  const auto refusal = StartsWith("535 5.7.3 Authentication unsuccessful [");
  EXPECT_THAT(say("AUTH XOAUTH2 " + xoauth2(delegate, "junk")), refusal);
  EXPECT_THAT(say("AUTH XOAUTH2 !!!"), refusal);
  EXPECT_THAT(say("AUTH XOAUTH2 " + xoauth2(shared, token(delegate))), refusal) << "IMAP would let them in";
  EXPECT_THAT(say("AUTH XOAUTH2 " + xoauth2(delegate, token(delegate, "IMAP.AccessAsUser.All"))), refusal);
  const auto old = token(delegate);
  time.advance(2h);
  EXPECT_THAT(say("AUTH XOAUTH2 " + xoauth2(delegate, old)), refusal);
  EXPECT_THAT(say("AUTH LOGIN"), StartsWith("535 5.7.139 "));
  EXPECT_THAT(say("AUTH CRAM-MD5"), StartsWith("504 5.7.4 "));
  EXPECT_EQ(stats.submission_logins_refused, 6U);
  EXPECT_EQ(say("AUTH XOAUTH2"), "334 \r\n");
  EXPECT_THAT(say("*"), StartsWith("501 "));
  EXPECT_THAT(say("MAIL FROM:<support@contoso.test>"), StartsWith("530 5.7.57 "));
}

TEST_F(smtp_session_test, lets_an_application_in_as_the_mailbox_it_sends_for) {
  (void)say("EHLO x");
  EXPECT_THAT(say("AUTH XOAUTH2 " + xoauth2(colleague, app_token())), StartsWith("535 "));
  EXPECT_THAT(say("AUTH XOAUTH2 " + xoauth2(shared, app_token())), StartsWith("235 "));
  EXPECT_EQ(submit(addressed_letter), taken);
  EXPECT_EQ(sent(shared).size(), 1U);
}

TEST_F(smtp_session_test, keeps_a_copy_with_the_delegate_and_delivers_at_home) {
  (void)sign_in();
  EXPECT_EQ(say("MAIL FROM:<support@contoso.test> SIZE=200 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=e1"),
            "250 2.1.0 Sender OK\r\n");
  EXPECT_EQ(say("RCPT TO:<anna@example.test> NOTIFY=NEVER"), "250 2.1.5 Recipient OK\r\n");
  EXPECT_EQ(say("rcpt to: <Otto@Contoso.test>\r\nRCPT TO:<otto@contoso.test>"),
            "250 2.1.5 Recipient OK\r\n250 2.1.5 Recipient OK\r\n");
  EXPECT_EQ(say("DATA"), "354 Start mail input; end with <CRLF>.<CRLF>\r\n");
  EXPECT_EQ(say(addressed_letter + "..dot\r\n."), taken);
  ASSERT_EQ(inbox(colleague).size(), 1U) << "once, however often it is addressed";
  EXPECT_EQ(*inbox(colleague)[0].raw, addressed_letter + ".dot\r\n");
  ASSERT_EQ(sent(delegate).size(), 1U);
  EXPECT_EQ(sent(delegate)[0].flags, seen);
  EXPECT_EQ(sent(delegate)[0].raw, inbox(colleague)[0].raw);
  EXPECT_TRUE(sent(shared).empty());
  EXPECT_EQ(stats.mails_submitted, 1U);
  EXPECT_EQ(stats.mails_delivered, 1U);
  EXPECT_EQ(submit(addressed_letter), taken) << "ready for the next one";
}

TEST_F(smtp_session_test, gives_a_mail_an_id_when_it_has_none) {
  (void)sign_in();
  const auto verdict = submit("From: support@contoso.test\r\n\r\nx\r\n");
  ASSERT_THAT(verdict, AllOf(StartsWith("250 2.0.0 OK <"), HasSubstr("@stand-in.test> [Hostname=")));
  const auto id = verdict.substr(13, verdict.find('>') - 12);
  EXPECT_THAT(*sent(delegate)[0].raw, StartsWith("Message-ID: " + id + "\r\nFrom: "));
}

TEST_F(smtp_session_test, lets_nobody_send_as_somebody_else) {
  const auto denied = AllOf(StartsWith("554 5.2.0 STOREDRV.Submission"), HasSubstr("SendAsDenied"));
  (void)sign_in(colleague);
  EXPECT_THAT(submit(addressed_letter), denied);
  EXPECT_THAT(submit(addressed_letter, colleague), denied) << "the header counts too";
  EXPECT_THAT(submit("From: \"a <support@contoso.test>\" <otto@contoso.test>\r\n\r\n", shared), denied);
  EXPECT_THAT(submit("From: \"a <support@contoso.test>\" <otto@contoso.test>\r\n\r\n", colleague), StartsWith("250 "));
  mail.allow(colleague, shared);
  mail.allow_send_as(colleague, shared);
  EXPECT_EQ(submit(addressed_letter), taken);
  EXPECT_EQ(stats.mails_refused, 3U);
}

TEST_F(smtp_session_test, takes_mail_in_chunks) {
  (void)sign_in();
  (void)say("MAIL FROM:<support@contoso.test> BODY=BINARYMIME");
  (void)say("RCPT TO:<otto@contoso.test>");
  EXPECT_THAT(say("DATA"), StartsWith("503 "));
  const auto half = addressed_letter.substr(0, 40), rest = addressed_letter.substr(40);
  EXPECT_EQ(session().receive("BDAT 40\r\n" + half + "BDAT 0\r\nNOOP\r\n"),
            "250 2.6.0 CHUNK received OK\r\n250 2.6.0 CHUNK received OK\r\n250 2.0.0 OK\r\n");
  EXPECT_THAT(say("DATA"), StartsWith("503 ")) << "not both for one mail";
  EXPECT_EQ(session().receive("BDAT " + std::to_string(rest.size()) + " LAST\r\n" + rest), taken);
  ASSERT_EQ(inbox(colleague).size(), 1U);
  EXPECT_EQ(*inbox(colleague)[0].raw, addressed_letter);
}

TEST_F(smtp_session_test, drops_the_octets_of_a_chunk_that_comes_too_early) {
  (void)sign_in();
  EXPECT_EQ(session().receive("BDAT 6 LAST\r\nQUIT\r\nNOOP\r\n"), "503 5.5.2 Need rcpt command\r\n250 2.0.0 OK\r\n");
  EXPECT_THAT(session().receive("BDAT many\r\n"), StartsWith("501 "));
  EXPECT_EQ(session().state(), stage::finished) << "where commands go on is not known any more";
}

TEST_F(smtp_session_test, keeps_the_order_of_commands) {
  EXPECT_THAT(say("STARTTLS"), StartsWith("503 "));
  EXPECT_THAT(say("AUTH XOAUTH2 x"), StartsWith("503 ")) << "hello first";
  (void)sign_in();
  EXPECT_THAT(say("RCPT TO:<anna@example.test>"), StartsWith("503 5.5.2 Need mail"));
  EXPECT_THAT(say("DATA"), StartsWith("503 5.5.2 Need mail"));
  (void)say("MAIL FROM:<support@contoso.test>");
  EXPECT_THAT(say("MAIL FROM:<support@contoso.test>"), StartsWith("503 5.5.2 Sender already"));
  EXPECT_THAT(say("DATA"), StartsWith("503 5.5.2 Need rcpt"));
  EXPECT_EQ(say("RSET"), "250 2.0.0 Resetting\r\n");
  EXPECT_THAT(say("RCPT TO:<anna@example.test>"), StartsWith("503 "));
  EXPECT_THAT(say("VRFY anna"), StartsWith("252 "));
  EXPECT_THAT(say("FROB"), StartsWith("500 5.3.3 "));
  EXPECT_THAT(say("QUIT"), StartsWith("221 "));
  EXPECT_EQ(session().state(), stage::finished);
  EXPECT_EQ(say("NOOP"), "");
}

TEST_F(smtp_session_test, refuses_malformed_envelopes) {
  (void)sign_in();
  for (const auto* line : {"MAIL FROM:support@contoso.test", "MAIL FROM:<support>", "MAIL TO:<a@b.test>",
                           "MAIL FROM:<a@b.test", "MAIL FROM:<g\xC3\xBC@b.test>", "MAIL FROM:<a@b.test>SIZE=1"})
    EXPECT_THAT(say(line), StartsWith("501 5.1.7 ")) << line;
  for (const auto* line : {"MAIL FROM:<a@b.test> SIZE=x", "MAIL FROM:<a@b.test> BODY=9BIT", "MAIL FROM:<a@b.test> X=1"})
    EXPECT_THAT(say(line), StartsWith("501 5.5.4 ")) << line;
  EXPECT_THAT(say("MAIL FROM:<> "), StartsWith("250 "));
  EXPECT_THAT(say("RCPT TO:<>"), StartsWith("501 5.1.3 "));
  EXPECT_THAT(say("RCPT TO:<g\xC3\xBC@b.test>"), StartsWith("501 5.1.3 ")) << "without SMTPUTF8";
  EXPECT_THAT(say("RCPT TO:<\"a>b\"@b.test>"), StartsWith("250 "));
  (void)say("RSET");
  EXPECT_THAT(say("MAIL FROM:<g\xC3\xBC@b.test> SMTPUTF8"), StartsWith("250 "));
  EXPECT_THAT(say("RCPT TO:<g\xC3\xBC@b.test>"), StartsWith("250 "));
}

TEST_F(smtp_session_test, has_limits) {
  services.limits.mail_bytes = 1000;
  services.limits.smtp_recipients_per_mail = 2;
  smtp_session small{services, false};
  const auto tell = [&](const std::string& line) { return small.receive(line + "\r\n"); };
  EXPECT_THAT(tell("EHLO x"), HasSubstr("250-SIZE 1000\r\n"));
  (void)tell("AUTH XOAUTH2 " + xoauth2(delegate, token(delegate)));
  EXPECT_THAT(tell("MAIL FROM:<support@contoso.test> SIZE=1001"), StartsWith("552 5.3.4 "));
  (void)tell("MAIL FROM:<support@contoso.test>");
  EXPECT_EQ(tell("RCPT TO:<a@b.test>\r\nRCPT TO:<b@b.test>\r\nRCPT TO:<c@b.test>"),
            "250 2.1.5 Recipient OK\r\n250 2.1.5 Recipient OK\r\n550 5.2.254 Too many recipients\r\n");
  (void)tell("DATA");
  EXPECT_EQ(small.receive(addressed_letter + std::string(1000, 'x')), "");
  EXPECT_THAT(tell("\r\n."), StartsWith("552 5.3.4 "));
  (void)tell("MAIL FROM:<support@contoso.test>");
  (void)tell("RCPT TO:<a@b.test>");
  EXPECT_EQ(small.receive("BDAT 1001 LAST\r\n" + std::string(1001, 'x')).substr(0, 9), "552 5.3.4");
  EXPECT_THAT(tell("NOOP " + std::string(2100, 'x')), StartsWith("500 5.5.2 "));
  EXPECT_EQ(small.state(), stage::open);
  EXPECT_THAT(small.receive(std::string(13'000, 'x')), StartsWith("500 5.5.2 "));
  EXPECT_EQ(small.state(), stage::finished);
}

TEST_F(smtp_session_test, refuses_mails_that_exchange_refuses) {
  (void)sign_in();
  EXPECT_THAT(submit("Subject: nobody's\r\n\r\n"), StartsWith("550 5.7.512 "));
  EXPECT_THAT(submit("From: support@contoso.test\r\n\r\na\nb\r\n"), StartsWith("550 5.6.11 "));
  EXPECT_TRUE(sent(delegate).empty());
}

TEST_F(smtp_session_test, loses_patience_with_those_who_only_make_mistakes) {
  std::string said;
  for (int i = 0; i < 20; ++i)
    said = say("FROB");
  EXPECT_THAT(said, HasSubstr("421 4.7.0 "));
  EXPECT_EQ(session().state(), stage::finished);
}

TEST_F(smtp_session_test, ends_a_mail_only_at_a_dot_between_line_ends) {
  (void)sign_in();
  const std::string tricky = addressed_letter + "\r\n.\n\n.\r\n.x\r.\r\n..\r\n";
  (void)say("MAIL FROM:<support@contoso.test>");
  (void)say("RCPT TO:<anna@example.test>");
  (void)say("DATA");
  std::string answers;
  for (const char c : tricky + ".\r\nNOOP\r\n")
    answers += session().receive({&c, 1});
  EXPECT_THAT(answers, AllOf(StartsWith("550 5.6.11 "), EndsWith("\r\n250 2.0.0 OK\r\n")));
  EXPECT_THAT(answers, Not(HasSubstr("500 "))) << "no line of the mail is taken for a command";
}

} // namespace
} // namespace postroom::sim
