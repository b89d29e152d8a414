#include "sim/identity/identity.hpp"
#include "tests/sim/identity/test_keys.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::sim {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

class identity_test : public testing::Test {
protected:
  form_fields refresh_form(const std::string& token) {
    return {{"client_id", "app"}, {"client_secret", "s~1"}, {"grant_type", "refresh_token"}, {"refresh_token", token}};
  }
  static std::string member(const http_answer& answer, const char* name) {
    return boost::json::parse(answer.body).at(name).as_string().c_str();
  }

  manual_clock time;
  access_tokens tokens{"https://issuer.test", time, test_keys()};
  identity platform{{"tenant", "app", secret<>{"s~1"}, 1h}, tokens, time};
};

TEST_F(identity_test, rotates_refresh_tokens_and_keeps_old_ones) {
  const auto first = platform.sign_in("dora@contoso.test").expose();
  const auto answer = platform.token_request("tenant", refresh_form(first));
  ASSERT_EQ(answer.status, 200U);
  const auto second = member(answer, "refresh_token");
  EXPECT_NE(second, first);
  EXPECT_EQ(platform.token_request("tenant", refresh_form(second)).status, 200U);
  EXPECT_EQ(platform.token_request("organizations", refresh_form(first)).status, 200U);
  const auto holder = tokens.check(member(answer, "access_token"));
  ASSERT_TRUE(holder);
  EXPECT_EQ(holder->upn, "dora@contoso.test");
  time.advance(1h);
  EXPECT_FALSE(tokens.check(member(answer, "access_token")));
}

TEST_F(identity_test, refuses_in_the_words_of_entra) {
  auto answer = platform.token_request("tenant", refresh_form("junk"));
  EXPECT_EQ(answer.status, 400U);
  EXPECT_EQ(member(answer, "error"), "invalid_grant");
  EXPECT_THAT(member(answer, "error_description"),
              AllOf(HasSubstr("AADSTS70000: "), HasSubstr("\r\nCorrelation ID: ")));
  EXPECT_THAT(answer.body, AllOf(HasSubstr("\"error_codes\":[70000]"), Not(HasSubstr("suberror"))));
  EXPECT_EQ(member(answer, "trace_id").size(), 36U);
  EXPECT_THAT(member(answer, "timestamp"), testing::MatchesRegex("....-..-.. ..:..:..Z"));

  auto form = refresh_form("junk");
  form["client_secret"] = "wrong";
  answer = platform.token_request("tenant", form);
  EXPECT_EQ(answer.status, 401U);
  EXPECT_EQ(member(answer, "error"), "invalid_client");
  EXPECT_THAT(answer.body, HasSubstr("[7000215]"));
  form["client_id"] = "nobody";
  EXPECT_THAT(platform.token_request("tenant", form).body, HasSubstr("[700016]"));
  EXPECT_THAT(platform.token_request("elsewhere", form).body, HasSubstr("[90002]"));
}

TEST_F(identity_test, revokes_grants) {
  const auto token = platform.sign_in("dora@contoso.test").expose();
  const auto other = platform.sign_in("otto@contoso.test").expose();
  platform.revoke("dora@contoso.test");
  const auto answer = platform.token_request("tenant", refresh_form(token));
  EXPECT_EQ(member(answer, "suberror"), "bad_token");
  EXPECT_THAT(answer.body, HasSubstr("[50173]"));
  EXPECT_EQ(platform.token_request("tenant", refresh_form(other)).status, 200U);
}

TEST_F(identity_test, issues_app_only_tokens_without_a_refresh_token) {
  form_fields form{{"client_id", "app"}, {"client_secret", "s~1"}, {"grant_type", "client_credentials"}};
  form["scope"] = "https://outlook.office365.com/.default";
  const auto answer = platform.token_request("tenant", form);
  ASSERT_EQ(answer.status, 200U);
  EXPECT_THAT(answer.body, Not(HasSubstr("refresh_token")));
  const auto holder = tokens.check(member(answer, "access_token"));
  ASSERT_TRUE(holder);
  EXPECT_TRUE(holder->app_only);
  form["scope"] = "https://outlook.office365.com/IMAP.AccessAsApp";
  EXPECT_THAT(platform.token_request("tenant", form).body, HasSubstr("[1002012]"));
}

TEST(parse_form_test, decodes_names_and_values) {
  EXPECT_EQ(parse_form("a=1+2&b%20c=%7Ex%3D&d=&nothing&e=%zz"),
            (form_fields{{"a", "1 2"}, {"b c", "~x="}, {"d", ""}, {"e", "%zz"}}));
}

} // namespace
} // namespace postroom::sim
