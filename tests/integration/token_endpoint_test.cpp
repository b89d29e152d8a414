#include "tests/support/process.hpp"
#include "tests/support/token_endpoint.hpp"

#include "base/jws.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::test {
namespace {

using testing::HasSubstr;

class token_endpoint_at_work : public testing::Test {
protected:
  /// The body, a blank and the status.
  std::string post(const std::string& form) {
    const auto outcome = run({"curl", "-sS", "-d", form, "-w", " %{http_code}", endpoint.token_url()});
    return outcome ? outcome->output : to_string(outcome.error());
  }
  std::string refresh(const std::string& token, const std::string& secret = "test-secret") {
    return post("grant_type=refresh_token&client_id=gateway&client_secret=" + secret + "&refresh_token=" + token);
  }
  static std::string member(const std::string& answer, const char* name) {
    return boost::json::parse(answer.substr(0, answer.rfind(' '))).at(name).as_string().c_str();
  }

  jwt_issuer issuer;
  token_endpoint endpoint{issuer};
};

TEST_F(token_endpoint_at_work, rotates_refresh_tokens_and_keeps_the_old_ones_valid) {
  const auto first = endpoint.sign_in("dora@contoso.test");
  const auto answer = refresh(first);
  ASSERT_THAT(answer, HasSubstr(" 200"));
  const auto second = member(answer, "refresh_token");
  EXPECT_NE(second, first);
  EXPECT_THAT(refresh(second), HasSubstr(" 200"));
  EXPECT_THAT(refresh(first), HasSubstr(" 200"));
  const auto content = jws_decode_unverified(member(answer, "access_token"));
  ASSERT_TRUE(content);
  EXPECT_THAT(content->payload, HasSubstr("\"upn\":\"dora@contoso.test\""));
  EXPECT_EQ(endpoint.requests().size(), 3U);
  EXPECT_EQ(endpoint.requests().front().at("grant_type"), "refresh_token");
}

TEST_F(token_endpoint_at_work, refuses_as_entra_does) {
  const auto token = endpoint.sign_in("dora@contoso.test");
  EXPECT_THAT(refresh("bogus"), AllOf(HasSubstr("invalid_grant"), HasSubstr("[70000]"), HasSubstr(" 400")));
  EXPECT_THAT(refresh(token, "wrong"), AllOf(HasSubstr("invalid_client"), HasSubstr("[7000215]"), HasSubstr(" 401")));
  endpoint.revoke("dora@contoso.test");
  EXPECT_THAT(refresh(token), AllOf(HasSubstr("bad_token"), HasSubstr("[50173]"), HasSubstr(" 400")));
}

TEST_F(token_endpoint_at_work, plays_planned_answers_first) {
  const auto token = endpoint.sign_in("dora@contoso.test");
  endpoint.plan({.status = 429, .body = "Too Many Requests", .content_type = "text/plain"});
  endpoint.plan({.status = 503, .body = entra_error("temporarily_unavailable", 90033)});
  EXPECT_EQ(refresh(token), "Too Many Requests 429");
  EXPECT_THAT(refresh(token), AllOf(HasSubstr("[90033]"), HasSubstr(" 503")));
  EXPECT_THAT(refresh(token), HasSubstr(" 200"));
}

TEST_F(token_endpoint_at_work, redeems_a_code_once) {
  const std::string form = "grant_type=authorization_code&client_id=gateway&client_secret=test-secret&code=";
  const auto code = endpoint.authorize("dora@contoso.test");
  EXPECT_THAT(post(form + code), AllOf(HasSubstr("refresh_token"), HasSubstr(" 200")));
  EXPECT_THAT(post(form + code), AllOf(HasSubstr("[54005]"), HasSubstr(" 400")));
}

} // namespace
} // namespace postroom::test
