#include "protocol/oauth2/device_code.hpp"

#include "base/limits.hpp"
#include "tests/protocol/oauth2/cases.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::oauth2 {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::string_view code_endpoint = "https://login.microsoftonline.com/t/oauth2/v2.0/devicecode";
constexpr std::string_view whole_code_answer =
    R"({"user_code":"FJC3MTQ6D","device_code":"FAQABAAEAAAD","verification_uri":"https://microsoft.com/devicelogin",)"
    R"("expires_in":900,"interval":5,"message":"Open the page https://microsoft.com/devicelogin\r\nand enter FJC3MTQ6D."})";

device_authorization code_of(std::string_view body) {
  auto read = parse_device_answer({200, {}, body}, now);
  if (const auto* failed = std::get_if<token_failure>(&read)) {
    ADD_FAILURE() << describe(*failed);
    return {};
  }
  return std::get<device_authorization>(std::move(read));
}

token_failure code_failure(unsigned status, std::string_view body) {
  auto read = parse_device_answer({status, {}, body}, now);
  if (!std::holds_alternative<token_failure>(read)) {
    ADD_FAILURE() << "taken for an authorization: " << body;
    return {};
  }
  return std::get<token_failure>(std::move(read));
}

std::string code_answer_with(std::string_view old_text, std::string_view new_text) {
  std::string out{whole_code_answer};
  const auto at = out.find(old_text);
  if (at == out.npos)
    ADD_FAILURE() << old_text;
  else
    out.replace(at, old_text.size(), new_text);
  return out;
}

TEST(device_request, is_a_form) {
  const auto request = make_device_request(code_endpoint, "app-1", "openid offline_access", request_id).value();
  EXPECT_EQ(request.url, code_endpoint);
  EXPECT_EQ(request.body.expose(), "client_id=app-1&scope=openid%20offline_access");
  EXPECT_EQ(request.headers.size(), 4U);
}

TEST(device_request, lacks_nothing) {
  EXPECT_FALSE(make_device_request("http://login.example/devicecode", "a", "s", request_id));
  EXPECT_FALSE(make_device_request("", "a", "s", request_id));
  EXPECT_FALSE(make_device_request(code_endpoint, "", "s", request_id));
  EXPECT_FALSE(make_device_request(code_endpoint, "a", "", request_id));
  EXPECT_FALSE(make_device_request(code_endpoint, "a", "s", ""));
}

TEST(device_answer, is_read) {
  const auto a = code_of(whole_code_answer);
  EXPECT_EQ(a.device_code.expose(), "FAQABAAEAAAD");
  EXPECT_EQ(a.user_code, "FJC3MTQ6D");
  EXPECT_EQ(a.verification_uri, "https://microsoft.com/devicelogin");
  EXPECT_EQ(a.message, "Open the page https://microsoft.com/devicelogin and enter FJC3MTQ6D.");
  EXPECT_EQ(a.expires_in, 900s);
  EXPECT_EQ(a.interval, 5s);
}

TEST(device_answer, may_be_spelt_otherwise) {
  const auto a =
      code_of(R"({"device_code":"d","user_code":"A B","verification_url":"https://g.example/d","expires_in":"1800"})");
  EXPECT_EQ(a.verification_uri, "https://g.example/d");
  EXPECT_EQ(a.message, "To sign in, open https://g.example/d in a browser and enter the code A B.");
  EXPECT_EQ(a.expires_in, 1800s);
  EXPECT_EQ(a.interval, 5s);
}

TEST(device_answer, is_bounded) {
  EXPECT_EQ(code_of(code_answer_with("900", "999999999")).expires_in, 1h);
  EXPECT_EQ(code_of(code_answer_with(R"("interval":5)", R"("interval":0)")).interval, 1s);
  EXPECT_EQ(code_of(code_answer_with(R"("interval":5)", R"("interval":86400)")).interval, 60s);
  EXPECT_EQ(code_of(code_answer_with(R"("interval":5)", R"("interval":-1)")).interval, 5s);
  EXPECT_LE(code_of(code_answer_with("Open", std::string(5000, 'O'))).message.size(), 1024U);
  EXPECT_EQ(code_of(code_answer_with("\"FJC3MTQ6D\"", "\"" + std::string(64, 'A') + "\"")).user_code.size(), 64U);
}

TEST(device_answer, without_what_it_takes_is_a_failure) {
  for (const auto& bad :
       {std::string{}, std::string{"[]"}, std::string{"<html>"}, std::string{"{}"},
        code_answer_with("\"device_code\"", "\"x\""), code_answer_with("\"FAQABAAEAAAD\"", "\"\""),
        code_answer_with("\"FAQABAAEAAAD\"", "\"" + std::string(9000, 'd') + "\""),
        code_answer_with("\"user_code\"", "\"x\""),
        code_answer_with("\"FJC3MTQ6D\"", "\"" + std::string(65, 'A') + "\""),
        code_answer_with("\"FJC3MTQ6D\"", "\"A\\r\\nB\""), code_answer_with("\"verification_uri\"", "\"x\""),
        code_answer_with("https://microsoft.com", "http://microsoft.com"),
        code_answer_with("https://microsoft.com", "javascript:"), code_answer_with("\"expires_in\"", "\"x\""),
        code_answer_with("900", "0"), code_answer_with("900", "-5"), code_answer_with("900", "\"soon\"")}) {
    const auto f = code_failure(200, bad);
    EXPECT_EQ(f.kind, failure_class::transient) << bad;
    EXPECT_FALSE(f.description.empty()) << bad;
    EXPECT_FALSE(f.advice.empty()) << bad;
  }
  code_failure(200, std::string(limits::http_answer_bytes_max + 1, ' '));
}

TEST(device_answer, every_prefix_is_a_failure) {
  for (std::size_t i = 0; i < whole_code_answer.size(); ++i)
    code_failure(200, whole_code_answer.substr(0, i));
}

TEST(device_answer, may_be_a_refusal) {
  constexpr std::string_view refusal =
      R"({"error":"invalid_client","error_description":"AADSTS7000218: x","error_codes":[7000218]})";
  EXPECT_EQ(code_failure(401, refusal).kind, failure_class::app_broken);
  EXPECT_EQ(code_failure(200, refusal).kind, failure_class::app_broken);
  EXPECT_EQ(code_failure(503, whole_code_answer).kind, failure_class::transient);
}

TEST(device_grant, is_a_form) {
  const device_code_grant grant{secret<>{std::string{"d/1"}}};
  EXPECT_EQ(make_request(code_endpoint, {"app-1", {}, {}}, grant, request_id).value().body.expose(),
            "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&client_id=app-1&device_code=d%2F1");
  EXPECT_EQ(
      make_request(code_endpoint, {"app-1", secret<>{std::string{"s"}}, {}}, grant, request_id).value().body.expose(),
      "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&client_id=app-1&client_secret=s"
      "&device_code=d%2F1");
  EXPECT_FALSE(make_request(code_endpoint, {"", {}, {}}, grant, request_id));
  EXPECT_FALSE(make_request(code_endpoint, {"app-1", {}, {}}, device_code_grant{}, request_id));
  EXPECT_FALSE(make_request("http://login.example/token", {"app-1", {}, {}}, grant, request_id));
}

token_failure poll(unsigned status, std::string_view body) {
  return std::get<token_failure>(parse_token_answer({status, {}, body}, now));
}

TEST(poll_advice, goes_on_while_the_person_is_busy) {
  EXPECT_EQ(advice_of(poll(400, R"({"error":"authorization_pending","error_codes":[70016]})")), poll_advice::go_on);
  EXPECT_EQ(advice_of(poll(428, R"({"error":"authorization_pending"})")), poll_advice::go_on);
  EXPECT_EQ(advice_of(poll(400, R"({"error":"invalid_grant","error_codes":[70016]})")), poll_advice::go_on);
}

TEST(poll_advice, slows_down_when_told_or_in_trouble) {
  EXPECT_EQ(advice_of(poll(400, R"({"error":"slow_down"})")), poll_advice::slow_down);
  for (const unsigned status : {429U, 500U, 502U, 503U})
    EXPECT_EQ(advice_of(poll(status, "busy")), poll_advice::slow_down) << status;
  EXPECT_EQ(advice_of(poll(400, R"({"error":"temporarily_unavailable","error_codes":[90033]})")),
            poll_advice::slow_down);
}

TEST(poll_advice, ends_with_every_other_refusal) {
  for (const char* error : {"authorization_declined", "access_denied", "expired_token", "bad_verification_code",
                            "invalid_client", "invalid_grant", "brand_new_error"})
    EXPECT_EQ(advice_of(poll(400, "{\"error\":\"" + std::string{error} + "\"}")), poll_advice::over) << error;
  EXPECT_EQ(advice_of(poll(200, "{}")), poll_advice::over);
}

} // namespace
} // namespace postroom::oauth2
