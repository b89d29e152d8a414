#include "protocol/oauth2/token_answer.hpp"

#include "base/limits.hpp"
#include "tests/protocol/oauth2/cases.hpp"

#include <gtest/gtest.h>

namespace postroom::oauth2 {
namespace {

using namespace std::chrono_literals;

token_answer ok(std::string_view body) {
  auto read = parse_token_answer({200, {}, body}, now);
  if (const auto* failed = std::get_if<token_failure>(&read)) {
    ADD_FAILURE() << describe(*failed);
    return {};
  }
  return std::get<token_answer>(std::move(read));
}

token_failure failed(unsigned status, std::string_view body, std::string_view retry_after = {}) {
  auto read = parse_token_answer({status, retry_after, body}, now);
  if (std::holds_alternative<token_answer>(read)) {
    ADD_FAILURE() << "taken for a token: " << body;
    return {};
  }
  return std::get<token_failure>(std::move(read));
}

constexpr std::string_view whole_answer =
    R"({"token_type":"Bearer","scope":"https://outlook.office.com/IMAP.AccessAsUser.All","expires_in":4799,)"
    R"("ext_expires_in":4799,"refresh_in":2400,"access_token":"eyJ0.e30.s","refresh_token":"0.AX\u0041","id_token":"i.d.t"})";

TEST(token_answer, is_read) {
  const auto a = ok(whole_answer);
  EXPECT_EQ(a.access_token.expose(), "eyJ0.e30.s");
  EXPECT_EQ(a.token_type, "Bearer");
  EXPECT_EQ(a.expires_in, 4799s);
  EXPECT_EQ(a.refresh_in, 2400s);
  EXPECT_EQ(a.scope, "https://outlook.office.com/IMAP.AccessAsUser.All");
  EXPECT_EQ(a.refresh_token->expose(), "0.AXA");
  EXPECT_EQ(a.id_token->expose(), "i.d.t");
}

TEST(token_answer, may_be_spelt_otherwise) {
  const auto a = ok(R"({"access_token":"t","token_type":"bearer","expires_in":"3599"})");
  EXPECT_EQ(a.expires_in, 3599s);
  EXPECT_FALSE(a.refresh_in);
  EXPECT_FALSE(a.refresh_token);
  EXPECT_EQ(ok(R"({"access_token":"t","token_type":"Bearer"})").expires_in, 3600s);
  EXPECT_EQ(ok(R"({"access_token":"t","token_type":"Bearer","expires_in":3599.9})").expires_in, 3599s);
  EXPECT_EQ(ok(R"({"access_token":"t","token_type":"Bearer","expires_in":-5})").expires_in, 3600s);
  EXPECT_EQ(ok(R"({"access_token":"t","token_type":"Bearer","expires_in":99999999999999})").expires_in, 24h * 365);
  EXPECT_EQ(ok(R"({"access_token":"t","token_type":"Bearer","expires_in":1e300})").expires_in, 3600s);
}

TEST(token_answer, without_a_usable_token_is_a_passing_fault) {
  for (const char* bad :
       {"", "{}", "[]", "null", "<html>", R"({"access_token":""})", R"({"access_token":7,"token_type":"Bearer"})",
        R"({"access_token":"t"})", R"({"access_token":"t","token_type":"pop"})"}) {
    const auto f = failed(200, bad);
    EXPECT_EQ(f.kind, failure_class::transient) << bad;
    EXPECT_FALSE(f.delete_grant);
    EXPECT_GE(f.retry_after.value_or(0s), 60s);
  }
}

TEST(token_answer, every_prefix_is_refused_without_harm) {
  for (std::size_t i = 0; i < whole_answer.size(); ++i)
    EXPECT_EQ(failed(200, whole_answer.substr(0, i)).kind, failure_class::transient) << i;
}

TEST(token_answer, hostile_sizes_are_refused) {
  failed(200, std::string(limits::http_answer_bytes_max + 1, ' '));
  failed(200, std::string(limits::http_answer_bytes_max, '['));
  failed(400, std::string(limits::http_answer_bytes_max, '{'));
  failed(200, R"({"token_type":"Bearer","access_token":")" + std::string(100'000, 'x') + "\"}");
}

constexpr std::string_view whole_refusal =
    "{\"error\":\"invalid_grant\",\"error_description\":\"AADSTS700082: The refresh token has expired.\\r\\nTrace ID: "
    "t-1\\r\\n"
    "Correlation ID: c-1\\r\\nTimestamp: 2025-04-02 09:11:13Z\",\"error_codes\":[700082],\"timestamp\":\"2025-04-02 "
    "09:11:13Z\","
    "\"trace_id\":\"t-1\",\"correlation_id\":\"c-1\",\"error_uri\":\"https://login.microsoftonline.com/"
    "error?code=700082\","
    "\"suberror\":\"bad_token\",\"claims\":\"{\\\"access_token\\\":{}}\"}";

TEST(token_failure, is_read) {
  const auto f = failed(400, whole_refusal);
  EXPECT_EQ(f.kind, failure_class::grant_dead);
  EXPECT_EQ(f.code, errc::grant_dead);
  EXPECT_EQ(f.who, actor_role::user);
  EXPECT_TRUE(f.delete_grant);
  EXPECT_EQ(f.error, "invalid_grant");
  EXPECT_EQ(f.suberror, "bad_token");
  EXPECT_EQ(f.codes, std::vector<std::uint32_t>{700082});
  EXPECT_EQ(f.description, "AADSTS700082: The refresh token has expired. Trace ID: t-1 Correlation ID: c-1 "
                           "Timestamp: 2025-04-02 09:11:13Z");
  EXPECT_EQ(f.trace_id, "t-1");
  EXPECT_EQ(f.correlation_id, "c-1");
  EXPECT_EQ(f.timestamp, "2025-04-02 09:11:13Z");
  EXPECT_EQ(f.claims, R"({"access_token":{}})");
  EXPECT_FALSE(f.retry_after);
  EXPECT_FALSE(f.advice.empty());
  EXPECT_EQ(to_string(to_error(f)), "grant_dead: invalid_grant/bad_token (AADSTS700082): " + f.description);
}

TEST(token_failure, every_prefix_is_judged_without_harm) {
  for (std::size_t i = 0; i < whole_refusal.size(); ++i)
    EXPECT_FALSE(failed(400, whole_refusal.substr(0, i)).delete_grant) << i;
}

TEST(token_failure, that_is_no_json_goes_by_its_status) {
  const auto busy = failed(429, "Too Many Requests", "17");
  EXPECT_EQ(busy.kind, failure_class::transient);
  EXPECT_EQ(busy.code, errc::throttled);
  EXPECT_EQ(busy.retry_after, 17s);
  EXPECT_EQ(failed(429, "Too Many Requests").retry_after, 60s);
  const auto down = failed(502, "<html><body>Bad Gateway</body></html>");
  EXPECT_EQ(down.kind, failure_class::transient);
  EXPECT_EQ(down.code, errc::identity_unavailable);
  EXPECT_FALSE(down.retry_after);
  EXPECT_EQ(describe(down), "HTTP 502");
  EXPECT_EQ(failed(404, "").kind, failure_class::app_broken);
  EXPECT_EQ(failed(400, "").kind, failure_class::transient);
  EXPECT_EQ(failed(0, "").kind, failure_class::transient);
}

TEST(token_failure, is_bounded) {
  std::string codes = "[";
  for (int i = 0; i < 1000; ++i)
    codes += "1,";
  codes += "99999999999999999999,-1,\"x\",4294967296]";
  const std::string body = R"({"error":")" + std::string(5000, 'e') + R"(","error_description":")" +
                           std::string(90'000, 'd') + R"(","claims":")" + std::string(5000, 'c') + R"(","trace_id":")" +
                           std::string(5000, 't') + R"("})";
  const auto f = failed(400, body);
  EXPECT_EQ(f.error.size(), failure_word_bytes_max);
  EXPECT_EQ(f.description.size(), failure_description_bytes_max);
  EXPECT_EQ(f.trace_id.size(), failure_word_bytes_max);
  EXPECT_EQ(f.claims, "");
  EXPECT_EQ(failed(400, R"({"error":"x","error_codes":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]})").codes.size(),
            failure_codes_max);
  EXPECT_EQ(failed(400, R"({"error":"x","error_codes":[4294967296,-1,"7",7,null,{}]})").codes,
            std::vector<std::uint32_t>{7});
}

TEST(token_failure, knows_googles_form) {
  const auto f = failed(
      400, R"({"error":"invalid_grant","error_subtype":"invalid_rapt","error_description":"reauth related error"})");
  EXPECT_EQ(f.kind, failure_class::grant_dead);
  EXPECT_EQ(f.suberror, "invalid_rapt");
  EXPECT_EQ(f.retry, retry::never);
}

TEST(token_failure, in_a_200_is_one_nevertheless) {
  EXPECT_EQ(failed(200, R"({"error":"invalid_client"})").kind, failure_class::app_broken);
}

TEST(retry_after, is_seconds_or_a_date) {
  EXPECT_EQ(parse_retry_after("60", now), 60s);
  EXPECT_EQ(parse_retry_after(" 0 ", now), 0s);
  EXPECT_EQ(parse_retry_after("86400", now), 3600s);
  EXPECT_EQ(parse_retry_after("99999999999999999999999", now), 3600s);
  EXPECT_EQ(parse_retry_after("Tue, 24 Nov 2026 12:01:30 GMT", now), 90s);
  EXPECT_EQ(parse_retry_after("Tue, 24 Nov 2026 11:00:00 GMT", now), 0s);
  EXPECT_EQ(parse_retry_after("Fri, 31 Dec 9999 23:59:59 GMT", now), 3600s);
  for (const char* bad : {"", " ", "-1", "1.5", "soon", "Tue, 24 Nov 2026 12:01:30", "Tue, 99 Nov 2026 12:01:30 GMT",
                          "Tue, 24 Foo 2026 12:01:30 GMT", "Tue, 24 Nov 2026 25:01:30 GMT"})
    EXPECT_FALSE(parse_retry_after(bad, now)) << bad;
}

} // namespace
} // namespace postroom::oauth2
