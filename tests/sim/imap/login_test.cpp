#include "tests/sim/imap/imap_fixture.hpp"

#include <list>

namespace postroom::sim {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

const std::string not_connected = "b BAD User is authenticated but not connected.\r\n* BYE Connection closed. 14\r\n";

class exchange_login : public imap_client, public testing::Test {};

class gmail_login : public imap_client, public testing::Test {
protected:
  gmail_login() : imap_client(service::google) {}
};

class generic_login : public imap_client, public testing::Test {
protected:
  generic_login() : imap_client(service::generic) {}
  std::string plain(const std::string& user, const std::string& password) {
    return base64_encode(std::string{'\0'} + user + '\0' + password);
  }
  std::string bearer(const std::string& user, const std::string& token) {
    return base64_encode("n,a=" + user + ",\1auth=Bearer " + token + "\1\1");
  }
};

TEST_F(exchange_login, takes_application_tokens) {
  EXPECT_EQ(say("a AUTHENTICATE XOAUTH2 " + xoauth2(shared, app_token())), "a OK AUTHENTICATE completed.\r\n");
  EXPECT_THAT(say("b SELECT INBOX"), HasSubstr("b OK "));
}

TEST_F(exchange_login, wants_the_permission) {
  EXPECT_EQ(say("a AUTHENTICATE XOAUTH2 " + xoauth2(shared, token(delegate, "SMTP.Send"))),
            "a NO AUTHENTICATE failed.\r\n");
  EXPECT_EQ(say("a AUTHENTICATE PLAIN AGEAYg=="), "a NO AUTHENTICATE failed.\r\n");
  EXPECT_EQ(say("a AUTHENTICATE OAUTHBEARER AGEAYg=="), "a NO AUTHENTICATE failed.\r\n");
  EXPECT_EQ(stats.logins_refused, 3U);
}

TEST_F(exchange_login, does_not_connect_where_imap_is_off) {
  mail.find(shared)->settings.imap_enabled = false;
  EXPECT_EQ(sign_in(), "a OK AUTHENTICATE completed.\r\n");
  EXPECT_THAT(say("x CAPABILITY"), HasSubstr("x OK"));
  EXPECT_EQ(say("b LIST \"\" *"), not_connected);
}

TEST_F(exchange_login, does_not_connect_without_a_licence) {
  mail.find(shared)->settings.licensed = false;
  EXPECT_EQ(sign_in(), "a OK AUTHENTICATE completed.\r\n");
  EXPECT_EQ(say("b SELECT INBOX"), not_connected);
}

TEST_F(exchange_login, does_not_serve_customers_of_others) {
  company.kind = service::generic;
  EXPECT_EQ(sign_in(), "a OK AUTHENTICATE completed.\r\n");
  EXPECT_EQ(say("b SELECT INBOX"), not_connected);
}

TEST_F(exchange_login, refuses_the_token_of_another_directory) {
  tenant other;
  other.id = "another-directory";
  other.domains = {"fabrikam.test"};
  people.add_tenant(std::move(other));
  mail.add("support@fabrikam.test");
  EXPECT_EQ(say("a AUTHENTICATE XOAUTH2 " + xoauth2("support@fabrikam.test", token(delegate))),
            "a NO AUTHENTICATE failed.\r\n");
}

TEST_F(exchange_login, does_not_connect_too_many) {
  services.limits.imap_connections = 2;
  std::list<collected> sinks;
  std::list<imap_session> others;
  for (int i = 0; i < 2; ++i) {
    others.emplace_back(services, sinks.emplace_back());
    others.back().receive("a AUTHENTICATE XOAUTH2 " + xoauth2(shared, token(delegate)) + "\r\nb SELECT INBOX\r\n");
    EXPECT_THAT(sinks.back().all, HasSubstr("b OK "));
  }
  EXPECT_EQ(sign_in(), "a OK AUTHENTICATE completed.\r\n");
  EXPECT_EQ(say("b SELECT INBOX"), not_connected);
  others.pop_back();
  collected sink_of_next;
  imap_session next{services, sink_of_next};
  next.receive("a AUTHENTICATE XOAUTH2 " + xoauth2(shared, token(delegate)) + "\r\nb SELECT INBOX\r\n");
  EXPECT_THAT(sink_of_next.all, HasSubstr("b OK "));
}

TEST_F(gmail_login, tells_its_capabilities_in_passing) {
  EXPECT_THAT(sign_in(), AllOf(StartsWith("* CAPABILITY IMAP4rev1 "), HasSubstr(" X-GM-EXT-1 "),
                               EndsWith("\r\na OK support@contoso.test authenticated (Success)\r\n")));
}

TEST_F(gmail_login, refuses_with_a_challenge_that_wants_an_answer) {
  EXPECT_EQ(say("a AUTHENTICATE XOAUTH2 " + xoauth2(shared, "junk")),
            "+ eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIiwic2NvcGUiOiJodHRwczovL21haWwuZ29vZ2xlLmNvbS8ifQ==\r\n");
  EXPECT_EQ(stats.logins_refused, 1U);
  EXPECT_EQ(say(""), "a NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)\r\n");
  EXPECT_EQ(say("b LOGIN support@contoso.test correct-horse"),
            "b NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)\r\n");
  EXPECT_THAT(sign_in(), HasSubstr("a OK ")) << "the connection is good for another login";
}

TEST_F(gmail_login, opens_the_users_own_mailbox_only) {
  (void)say("a AUTHENTICATE XOAUTH2 " + xoauth2(shared, token(delegate)));
  EXPECT_THAT(say(""), StartsWith("a NO [AUTHENTICATIONFAILED]"));
  (void)say("a AUTHENTICATE XOAUTH2 " + xoauth2(shared, app_token()));
  EXPECT_THAT(say(""), StartsWith("a NO [AUTHENTICATIONFAILED]"));
}

TEST_F(gmail_login, counts_connections) {
  services.limits.imap_connections = 0;
  EXPECT_THAT(sign_in(), StartsWith("+ "));
  EXPECT_EQ(say(""), "a NO [ALERT] Too many simultaneous connections. (Failure)\r\n");
}

TEST_F(gmail_login, refuses_who_may_not_use_imap) {
  mail.find(shared)->settings.imap_enabled = false;
  (void)sign_in();
  EXPECT_THAT(say(""), StartsWith("a NO [ALERT] Your account is not enabled for IMAP use."));
}

TEST_F(generic_login, takes_passwords) {
  EXPECT_THAT(say("a LOGIN support@contoso.test \"correct-horse\""),
              AllOf(StartsWith("a OK [CAPABILITY IMAP4rev1 "), HasSubstr(" QRESYNC "), EndsWith("] Logged in\r\n")));
  EXPECT_EQ(session.user(), shared);
}

TEST_F(generic_login, takes_sasl_plain_with_and_without_an_initial_response) {
  EXPECT_EQ(say("a AUTHENTICATE PLAIN"), "+ \r\n");
  EXPECT_EQ(say(plain(shared, "wrong")), "a NO [AUTHENTICATIONFAILED] Authentication failed.\r\n");
  EXPECT_EQ(say("a AUTHENTICATE PLAIN"), "+ \r\n");
  EXPECT_EQ(say("*"), "a BAD Authentication cancelled\r\n");
  EXPECT_THAT(say("a AUTHENTICATE PLAIN " + plain(shared, "correct-horse")), StartsWith("a OK "));
}

TEST_F(generic_login, refuses_whom_it_must) {
  EXPECT_THAT(say("a LOGIN nobody@contoso.test correct-horse"), StartsWith("a NO [AUTHENTICATIONFAILED]"));
  EXPECT_THAT(say("a LOGIN support@contoso.test \"\""), StartsWith("a NO [AUTHENTICATIONFAILED]"));
  company.find_user(shared)->enabled = false;
  EXPECT_THAT(say("a LOGIN support@contoso.test correct-horse"), StartsWith("a NO [AUTHENTICATIONFAILED]"));
  EXPECT_THAT(say("a LOGIN support@contoso.test"), StartsWith("a BAD "));
  EXPECT_EQ(stats.logins_refused, 3U);
}

TEST_F(generic_login, takes_bearer_tokens) {
  EXPECT_EQ(say("a AUTHENTICATE OAUTHBEARER " + bearer(shared, "junk")),
            "+ " + base64_encode(R"({"status":"invalid_token"})") + "\r\n");
  EXPECT_THAT(say("AQ=="), StartsWith("a NO [AUTHENTICATIONFAILED]"));
  EXPECT_THAT(say("a AUTHENTICATE OAUTHBEARER " + bearer(shared, token(shared))), StartsWith("a OK "));
}

TEST_F(generic_login, goes_on_when_the_token_ends) {
  (void)sign_in();
  for (int i = 0; i < 5; ++i) {
    time.advance(20min);
    session.tick();
    EXPECT_THAT(say("n NOOP"), HasSubstr("n OK"));
  }
}

TEST_F(generic_login, says_how_many_connections_are_too_many) {
  services.limits.imap_connections = 0;
  EXPECT_EQ(say("a LOGIN support@contoso.test correct-horse"),
            "a NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded "
            "(mail_max_userip_connections=0)\r\n");
}

TEST_F(generic_login, ends_who_makes_errors_only) {
  EXPECT_THAT(say("a NONSENSE\r\nb NONSENSE"), EndsWith("Unknown command\r\n"));
  EXPECT_THAT(say("c NONSENSE"), EndsWith("* BYE Too many invalid IMAP commands.\r\n"));
  EXPECT_TRUE(sink.finished);
}

TEST_F(generic_login, ends_who_does_not_sign_in) {
  time.advance(61s);
  session.tick();
  EXPECT_EQ(sink.take(), "* BYE Disconnected: Inactivity during authentication.\r\n");
}

TEST_F(exchange_login, takes_the_login_name_only_where_that_is_not_the_address) {
  ASSERT_TRUE(mail.identify(shared, "s0001@contoso.test", {}));
  EXPECT_EQ(say("a AUTHENTICATE XOAUTH2 " + xoauth2(shared, token(delegate))), "a NO AUTHENTICATE failed.\r\n");
  EXPECT_EQ(say("b AUTHENTICATE XOAUTH2 " + xoauth2("S0001@contoso.test", token(delegate))),
            "b OK AUTHENTICATE completed.\r\n");
  EXPECT_THAT(say("c SELECT INBOX"), HasSubstr("c OK "));
  EXPECT_EQ(session.user(), shared) << "faults and statistics know the address";
}

TEST_F(exchange_login, a_user_is_at_home_by_the_login_name) {
  company.users["d1@contoso.test"] = {.upn = "d1@contoso.test", .mail = colleague, .object_id = "d1"};
  ASSERT_TRUE(mail.identify(colleague, "d1@contoso.test", {}));
  EXPECT_EQ(say("a AUTHENTICATE XOAUTH2 " + xoauth2(colleague, token("d1@contoso.test"))),
            "a NO AUTHENTICATE failed.\r\n");
  (void)say("b AUTHENTICATE XOAUTH2 " + xoauth2("d1@contoso.test", token("d1@contoso.test")));
  EXPECT_THAT(say("c SELECT INBOX"), HasSubstr("c OK "));
}

TEST_F(exchange_login, does_not_connect_to_what_lies_on_premises) {
  mail.find(shared)->settings.on_premises = true;
  EXPECT_EQ(sign_in(), "a OK AUTHENTICATE completed.\r\n");
  EXPECT_EQ(say("b SELECT INBOX"), not_connected);
}

TEST_F(exchange_login, faults_of_the_address_strike_the_login_name) {
  ASSERT_TRUE(mail.identify(shared, "s0001@contoso.test", {}));
  ASSERT_TRUE(faults.add({.kind = fault_kind::login_refused, .names = {shared}}));
  EXPECT_EQ(say("a AUTHENTICATE XOAUTH2 " + xoauth2("s0001@contoso.test", token(delegate))),
            "a NO AUTHENTICATE failed.\r\n");
}

} // namespace
} // namespace postroom::sim
