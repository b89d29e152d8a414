#include "protocol/sasl/client.hpp"

#include "base/encoding.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace postroom::sasl {
namespace {

credentials who(std::string user, std::string token, std::string host = "outlook.office365.com",
                std::uint16_t port = 993) {
  return {std::move(user), secret<>{std::move(token)}, std::move(host), port};
}

std::string first_line(mechanism m, credentials c) {
  const auto made = client::make(m, std::move(c));
  return made ? base64_encode(made->initial_response().expose()) : to_string(made.error());
}

// The example of Google's description, and one of a shared mailbox.
TEST(xoauth2, known_answers) {
  EXPECT_EQ(
      first_line(mechanism::xoauth2, who("someuser@example.com", "vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg==")),
      "dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB2RjlkZnQ0cW1UYzJOdmIzUmxja0JoZEhSaGRtbHpkR0V1WTI5dENnPT0BAQ"
      "==");
  EXPECT_EQ(first_line(mechanism::xoauth2, who("shared@contoso.com", "eyJhbGciOiJub25lIn0.e30.")),
            "dXNlcj1zaGFyZWRAY29udG9zby5jb20BYXV0aD1CZWFyZXIgZXlKaGJHY2lPaUp1YjI1bEluMC5lMzAuAQE=");
}

// The example of RFC 7628 §4.1, and one of a shared mailbox.
TEST(oauthbearer, known_answers) {
  EXPECT_EQ(
      first_line(mechanism::oauthbearer,
                 who("user@example.com", "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==", "server.example.com", 143)),
      "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjN"
      "SbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB");
  EXPECT_EQ(
      first_line(mechanism::oauthbearer, who("shared@contoso.com", "eyJhbGciOiJub25lIn0.e30.")),
      "bixhPXNoYXJlZEBjb250b3NvLmNvbSwBaG9zdD1vdXRsb29rLm9mZmljZTM2NS5jb20BcG9ydD05OTMBYXV0aD1CZWFyZXIgZXlKaGJHY2lPaUp"
      "1YjI1bEluMC5lMzAuAQE=");
}

TEST(oauthbearer, escapes_the_name) {
  const auto c = client::make(mechanism::oauthbearer, who("a=b,c@x.org", "t", "h", 1)).value();
  EXPECT_EQ(c.initial_response().expose(), "n,a=a=3Db=2Cc@x.org,\x01host=h\x01port=1\x01"
                                           "auth=Bearer t\x01\x01");
}

// RFC 4616 §4.
TEST(plain, known_answer) {
  const auto c = client::make(mechanism::plain, who("tim", "tanstaaftanstaaf")).value();
  EXPECT_EQ(c.initial_response().expose(), (std::string{"\0tim\0tanstaaftanstaaf", 21}));
  EXPECT_EQ(c.name(), "PLAIN");
}

TEST(client, refuses_what_would_break_the_message) {
  for (const char bad : {'\0', '\x01', '\r', '\n'})
    for (const auto m : {mechanism::xoauth2, mechanism::oauthbearer, mechanism::plain}) {
      const auto broken = std::string{"a"} + bad + "b";
      EXPECT_EQ(client::make(m, who(broken, "t")).error().code, errc::invalid_argument);
      EXPECT_EQ(client::make(m, who("u", broken)).error().code, errc::invalid_argument);
    }
  EXPECT_FALSE(client::make(mechanism::xoauth2, who("", "t")));
  EXPECT_FALSE(client::make(mechanism::xoauth2, who("u", "")));
  EXPECT_FALSE(client::make(mechanism::xoauth2, who("u", "a b")));
  EXPECT_TRUE(client::make(mechanism::plain, who("u", "a b")));
  EXPECT_FALSE(client::make(mechanism::oauthbearer, who("u", "t", "")));
  EXPECT_FALSE(client::make(mechanism::oauthbearer, who("u", "t", "h", 0)));
  EXPECT_FALSE(client::make(mechanism::xoauth2, who(std::string(user_bytes_max + 1, 'u'), "t")));
  EXPECT_FALSE(client::make(mechanism::xoauth2, who("u", std::string(token_bytes_max + 1, 't'))));
}

TEST(client, an_error_never_quotes_the_token) {
  const auto refused = client::make(mechanism::xoauth2, who("u", "hunter2\r\n"));
  EXPECT_EQ(refused.error().detail.find("hunter2"), std::string::npos);
}

// Google's challenge after a refused token.
TEST(xoauth2, answers_a_failure_with_an_empty_line) {
  auto c = client::make(mechanism::xoauth2, who("u", "t")).value();
  EXPECT_FALSE(c.failure());
  const auto challenge =
      base64_decode("eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIiwic2NvcGUiOiJodHRwczovL21haWwuZ29vZ2xlLmNvbS8ifQ==")
          .value();
  EXPECT_EQ(c.answer(challenge).value(), "");
  ASSERT_TRUE(c.failure());
  EXPECT_EQ(c.failure()->status, "400");
  EXPECT_EQ(c.failure()->schemes, "Bearer");
  EXPECT_EQ(c.failure()->scope, "https://mail.google.com/");
  EXPECT_EQ(c.failure()->openid_configuration, "");
  EXPECT_EQ(c.answer(challenge).error().code, errc::protocol_violation);
}

// RFC 7628 §4.3.
TEST(oauthbearer, answers_a_failure_with_one_byte) {
  auto c = client::make(mechanism::oauthbearer, who("u", "t")).value();
  const auto answer = c.answer(R"({"status":"invalid_token","scope":"example_scope",)"
                               R"("openid-configuration":"https://example.com/.well-known/openid-configuration"})");
  EXPECT_EQ(base64_encode(answer.value()), "AQ==");
  EXPECT_EQ(c.failure()->status, "invalid_token");
  EXPECT_EQ(c.failure()->openid_configuration, "https://example.com/.well-known/openid-configuration");
}

TEST(plain, takes_no_challenge) {
  auto c = client::make(mechanism::plain, who("u", "p")).value();
  EXPECT_EQ(c.answer("").error().code, errc::protocol_violation);
}

TEST(failure_report, tolerates_anything) {
  const std::string whole = R"({"status":"invalid_token","schemes":"bearer","scope":"s","openid-configuration":"u"})";
  for (std::size_t i = 0; i < whole.size(); ++i)
    EXPECT_EQ(parse_failure(whole.substr(0, i)).status, "") << i;
  EXPECT_EQ(parse_failure(R"({"status":400})").status, "400");
  EXPECT_EQ(parse_failure(R"({"status":["400"],"scope":null})").status, "");
  EXPECT_EQ(parse_failure(R"(["status"])").status, "");
  EXPECT_EQ(parse_failure("\xff\xfe").status, "");
  EXPECT_EQ(parse_failure(std::string(challenge_bytes_max, '[')).status, "");
  EXPECT_LE(parse_failure(R"({"status":")" + std::string(9000, 'x') + "\"}").status.size(), 512U);
}

TEST(client, refuses_endless_challenges) {
  auto c = client::make(mechanism::xoauth2, who("u", "t")).value();
  EXPECT_EQ(c.answer(std::string(challenge_bytes_max + 1, ' ')).error().code, errc::too_large);
  EXPECT_EQ(c.answer("").value(), ""); // Exchange-like: a challenge without a report
  EXPECT_EQ(c.failure()->status, "");
}

using list = std::vector<std::string>;

TEST(choose, by_what_is_offered_and_whose_server_it_is) {
  const list exchange{"IMAP4rev1", "AUTH=PLAIN", "AUTH=XOAUTH2", "SASL-IR", "LOGINDISABLED"};
  const list gmail{"AUTH=XOAUTH2", "AUTH=PLAIN", "AUTH=PLAIN-CLIENTTOKEN", "AUTH=OAUTHBEARER"};
  const list smtp{"LOGIN", "xoauth2"};
  EXPECT_EQ(choose(exchange, preference::oauth_by_xoauth2).value(), mechanism::xoauth2);
  EXPECT_EQ(choose(exchange, preference::oauth).value(), mechanism::xoauth2);
  EXPECT_EQ(choose(gmail, preference::oauth_by_xoauth2).value(), mechanism::xoauth2);
  EXPECT_EQ(choose(gmail, preference::oauth).value(), mechanism::oauthbearer);
  EXPECT_EQ(choose(smtp, preference::oauth).value(), mechanism::xoauth2);
  EXPECT_EQ(choose(list{"auth=oauthbearer"}, preference::oauth_by_xoauth2).value(), mechanism::oauthbearer);
  EXPECT_EQ(choose(gmail, preference::password).value(), mechanism::plain);
}

TEST(choose, never_falls_back_to_a_password) {
  EXPECT_EQ(choose(list{"AUTH=PLAIN", "AUTH=LOGIN"}, preference::oauth).error().code, errc::auth_rejected);
  EXPECT_EQ(choose(list{}, preference::oauth_by_xoauth2).error().code, errc::auth_rejected);
  EXPECT_EQ(choose(list{"AUTH=PLAIN-CLIENTTOKEN", "AUTH=XOAUTH2"}, preference::password).error().code,
            errc::auth_rejected);
}

} // namespace
} // namespace postroom::sasl
