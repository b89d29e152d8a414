#include "tests/sim/smtp/submission_fixture.hpp"

/// Gmail's manners, and those of a server like Postfix.
namespace postroom::sim {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

const std::string doras_letter =
    "From: Dora D. <dora@contoso.test>\r\nSubject: one\r\nMessage-ID: <m1@contoso.test>\r\n\r\nbody\r\n";

class google_face_test : public testing::Test, protected submission_client {
protected:
  google_face_test() {
    company.kind = services.face = service::google;
    reconnect();
  }
  std::string sign_in() {
    (void)say("EHLO x");
    return say("AUTH XOAUTH2 " + xoauth2(delegate, token(delegate)));
  }
  static std::string oauthbearer(const std::string& user, const std::string& token) {
    return base64_encode("n,a=" + user + ",\1host=localhost\1port=587\1auth=Bearer " + token + "\1\1");
  }
};

TEST_F(google_face_test, greets_and_offers_what_gmail_offers) {
  EXPECT_THAT(session().greet(), MatchesRegex("220 smtp.gmail.com ESMTP [0-9A-F]+ - gsmtp\r\n"));
  EXPECT_EQ(say("EHLO x"), "250-smtp.gmail.com at your service, [127.0.0.1]\r\n250-SIZE 35882577\r\n250-8BITMIME\r\n"
                           "250-AUTH LOGIN PLAIN XOAUTH2 PLAIN-CLIENTTOKEN OAUTHBEARER XOAUTH\r\n"
                           "250-ENHANCEDSTATUSCODES\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 SMTPUTF8\r\n");
  smtp_session secure{services, true};
  EXPECT_THAT(secure.receive("EHLO x\r\n"), AllOf(HasSubstr("250-STARTTLS\r\n"), Not(HasSubstr("AUTH"))));
}

TEST_F(google_face_test, refuses_a_token_by_a_challenge_first) {
  (void)say("EHLO x");
  EXPECT_EQ(say("AUTH XOAUTH2 " + xoauth2(delegate, "junk")),
            "334 eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIiwic2NvcGUiOiJodHRwczovL21haWwuZ29vZ2xlLmNvbS8ifQ==\r\n");
  EXPECT_EQ(stats.submission_logins_refused, 0U);
  EXPECT_THAT(say(""),
              MatchesRegex("535-5.7.8 Username and Password not accepted. For more information, go to\r\n"
                           "535 5.7.8  https://support.google.com/mail/.p=BadCredentials [0-9A-F]+ - gsmtp\r\n"));
  EXPECT_EQ(stats.submission_logins_refused, 1U);
  EXPECT_EQ(sign_in(), "235 2.7.0 Accepted\r\n");
}

TEST_F(google_face_test, speaks_oauthbearer) {
  (void)say("EHLO x");
  EXPECT_THAT(say("AUTH OAUTHBEARER " + oauthbearer(delegate, "junk")), StartsWith("334 "));
  EXPECT_THAT(say("AQ=="), StartsWith("535-5.7.8 "));
  EXPECT_EQ(say("AUTH OAUTHBEARER"), "334 \r\n");
  EXPECT_EQ(say(oauthbearer(delegate, token(delegate))), "235 2.7.0 Accepted\r\n");
  EXPECT_EQ(session().user(), delegate);
}

TEST_F(google_face_test, takes_no_passwords_and_nobody_elses_token) {
  (void)say("EHLO x");
  EXPECT_THAT(say("AUTH PLAIN AGRvcmEAc2VjcmV0"), StartsWith("534-5.7.9 Application-specific password required"));
  EXPECT_THAT(say("AUTH XOAUTH2 " + xoauth2(colleague, token(delegate))), StartsWith("334 "));
  EXPECT_THAT(say(""), StartsWith("535-5.7.8 "));
  EXPECT_THAT(say("MAIL FROM:<dora@contoso.test>"), StartsWith("530-5.7.0 Authentication Required."));
}

TEST_F(google_face_test, sends_in_its_users_name_only) {
  (void)sign_in();
  EXPECT_THAT(submit("From: \"Shop <x@y.test>\" <support@contoso.test>\r\nMessage-ID: <m2@contoso.test>\r\n\r\nx\r\n",
                     shared, colleague),
              MatchesRegex("250 2.0.0 OK  [0-9]+ [0-9A-F]+ - gsmtp\r\n"));
  ASSERT_EQ(inbox(colleague).size(), 1U);
  EXPECT_EQ(*inbox(colleague)[0].raw,
            "X-Google-Original-From: \"Shop <x@y.test>\" <support@contoso.test>\r\n"
            "From: \"Shop <x@y.test>\" <dora@contoso.test>\r\nMessage-ID: <m2@contoso.test>\r\n\r\nx\r\n");
  EXPECT_NE(last_submitted().sha256, records.delivered(0, 1)[0].sha256) << "of what was handed in";
  (void)submit(doras_letter, delegate, colleague);
  EXPECT_EQ(*inbox(colleague)[1].raw, doras_letter) << "nothing to write";
}

TEST_F(google_face_test, bounces_to_the_account) {
  (void)sign_in();
  (void)submit("From: support@contoso.test\r\n\r\n", shared, "nobody@contoso.test");
  time.advance(2s);
  bounces.deliver_due(time.ticks());
  ASSERT_EQ(inbox(delegate).size(), 1U);
  EXPECT_THAT(*inbox(delegate)[0].raw, AllOf(HasSubstr("From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>"),
                                             HasSubstr("X-Failed-Recipients: nobody@contoso.test\r\n")));
}

TEST_F(google_face_test, keeps_a_copy_in_the_folder_for_sent_mail) {
  (void)sign_in();
  (void)submit(doras_letter, delegate);
  EXPECT_EQ(sent(delegate).size(), 1U) << "of whatever name";
  constexpr auto* gina = "gina@contoso.test";
  company.users[gina] = {.upn = gina, .object_id = "gina"};
  auto& own = mail.add(gina, service::google);
  reconnect();
  (void)say("EHLO x");
  (void)say("AUTH XOAUTH2 " + xoauth2("Gina@contoso.test", token(gina)));
  EXPECT_EQ(session().user(), gina) << "as registered";
  (void)submit("From: gina@contoso.test\r\n\r\n", gina);
  ASSERT_NE(own.find("[Gmail]/Sent Mail"), nullptr);
  EXPECT_EQ(own.find("[Gmail]/Sent Mail")->mails().size(), 1U);
}

TEST_F(google_face_test, has_limits_of_its_own) {
  services.limits.smtp_mails_per_minute = 1;
  services.limits.smtp_connections = 0;
  services.limits.smtp_recipients_per_day = 2;
  (void)sign_in();
  EXPECT_THAT(say("MAIL FROM:<dora@contoso.test> SIZE=35882578"), StartsWith("552-5.3.4 "));
  EXPECT_THAT(submit(doras_letter, delegate), StartsWith("250 "));
  EXPECT_THAT(submit(doras_letter, delegate), StartsWith("250 ")) << "not delayed";
  EXPECT_THAT(submit(doras_letter, delegate), StartsWith("550-5.4.5 Daily user sending limit exceeded."));
  (void)say("MAIL FROM:<dora@contoso.test>");
  for (int i = 0; i < 100; ++i)
    EXPECT_THAT(say("RCPT TO:<a@b.test>"), StartsWith("250 2.1.5 OK "));
  EXPECT_THAT(say("RCPT TO:<a@b.test>"), StartsWith("452 4.5.3 "));
}

TEST_F(google_face_test, closes_after_a_421) {
  (void)sign_in();
  post(fault_kind::smtp_busy, delegate);
  EXPECT_THAT(submit(doras_letter, delegate), StartsWith("421 4.7.0 Try again later"));
  EXPECT_EQ(session().state(), smtp_session::stage::finished);
}

class generic_face_test : public testing::Test, protected submission_client {
protected:
  generic_face_test() {
    company.kind = services.face = service::generic;
    reconnect();
    (void)say("EHLO x");
  }
  static std::string plain(const std::string& user, const std::string& password) {
    return base64_encode(std::string(1, '\0') + user + std::string(1, '\0') + password);
  }
};

TEST_F(generic_face_test, takes_passwords_and_tokens) {
  EXPECT_THAT(say("EHLO x"), HasSubstr("250-AUTH PLAIN LOGIN XOAUTH2\r\n"));
  EXPECT_THAT(say("AUTH PLAIN " + plain(delegate, "wrong")), StartsWith("535 5.7.8 "));
  EXPECT_THAT(say("AUTH PLAIN " + plain("nobody@contoso.test", "")), StartsWith("535 5.7.8 "));
  EXPECT_THAT(say("AUTH PLAIN !"), StartsWith("535 5.7.8 "));
  EXPECT_THAT(say("AUTH PLAIN " + plain(delegate, "correct-horse")), StartsWith("235 2.7.0 "));
  reconnect();
  (void)say("EHLO x");
  EXPECT_EQ(say("AUTH LOGIN"), "334 VXNlcm5hbWU6\r\n");
  EXPECT_EQ(say(base64_encode(delegate)), "334 UGFzc3dvcmQ6\r\n");
  EXPECT_THAT(say(base64_encode("correct-horse")), StartsWith("235 2.7.0 "));
  reconnect();
  EXPECT_THAT(sign_in(), StartsWith("235 2.7.0 "));
  EXPECT_EQ(stats.submission_logins, 3U);
  EXPECT_EQ(stats.submission_logins_refused, 3U);
}

TEST_F(generic_face_test, lets_nobody_in_whose_account_is_closed) {
  company.find_user(delegate)->enabled = false;
  EXPECT_THAT(say("AUTH PLAIN " + plain(delegate, "correct-horse")), StartsWith("535 5.7.8 "));
  company.find_user(delegate)->enabled = true;
  post(fault_kind::refuse, delegate);
  EXPECT_EQ(say("AUTH PLAIN " + plain(delegate, "correct-horse")), "");
  EXPECT_EQ(session().state(), smtp_session::stage::cut);
}

TEST_F(generic_face_test, has_no_limits_and_keeps_no_copy) {
  services.limits.smtp_mails_per_minute = 1;
  services.limits.smtp_connections = 0;
  services.limits.smtp_recipients_per_day = 1;
  (void)say("AUTH PLAIN " + plain(delegate, "correct-horse"));
  for (int i = 0; i < 3; ++i)
    EXPECT_THAT(submit(doras_letter, delegate, colleague), StartsWith("250 2.0.0 Ok: queued as "));
  EXPECT_EQ(inbox(colleague).size(), 3U);
  EXPECT_TRUE(sent(delegate).empty());
}

TEST_F(generic_face_test, looks_at_the_envelopes_sender) {
  (void)say("AUTH PLAIN " + plain(colleague, "correct-horse"));
  EXPECT_THAT(submit(doras_letter, shared), StartsWith("553 5.7.1 Sender address rejected"));
  EXPECT_THAT(submit(doras_letter, colleague), StartsWith("250 ")) << "and at nothing else";
}

} // namespace
} // namespace postroom::sim
