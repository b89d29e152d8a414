#include "sim/identity/errors.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

namespace postroom::sim {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;
using testing::StartsWith;

const wall_time noon{std::chrono::seconds{1743585073}}; // 2025-04-02 09:11:13Z

boost::json::object body_of(std::uint32_t code, const error_details& details = {}) {
  return boost::json::parse(error_body(*find_entra_error(code), details, noon)).as_object();
}

TEST(entra_errors_test, every_row_is_whole) {
  for (const auto& row : entra_errors()) {
    EXPECT_EQ(find_entra_error(row.code), &row);
    EXPECT_FALSE(row.error.empty()) << row.code;
    EXPECT_FALSE(row.text.empty()) << row.code;
    EXPECT_EQ(row.status == 401, row.error == "invalid_client") << row.code;
    EXPECT_EQ(row.status >= 429, row.error == "temporarily_unavailable" || row.error == "server_error") << row.code;
  }
  EXPECT_EQ(find_entra_error(0), nullptr);
  EXPECT_EQ(find_entra_error(123), nullptr);
}

TEST(entra_errors_test, knows_all_that_matter_to_a_mail_gateway) {
  for (const std::uint32_t code :
       {7000215U, 7000222U, 7000218U, 700025U, 700027U,  700024U, 50012U,   500133U,  700016U,  700005U,
        7000112U, 70001U,   90002U,   50194U,  500011U,  650052U, 50011U,   900382U,  900432U,  9002313U,
        900144U,  70011U,   28000U,   700022U, 1002012U, 700054U, 700082U,  70008U,   70043U,   700084U,
        50173U,   70000U,   54005U,   50089U,  50132U,   50133U,  9002341U, 50078U,   50076U,   50074U,
        50079U,   50072U,   50158U,   65001U,  65004U,   90094U,  90095U,   50055U,   50058U,   16000U,
        16001U,   53003U,   53000U,   530003U, 53001U,   530032U, 530034U,  530035U,  50105U,   50057U,
        50053U,   50034U,   50020U,   90072U,  50126U,   700003U, 135011U,  5000224U, 5000225U, 90033U,
        90055U,   90006U,   90012U,   90024U,  90090U,   50033U,  50087U,   50196U})
    EXPECT_NE(find_entra_error(code), nullptr) << code;
}

TEST(entra_errors_test, suberrors_tell_what_to_do) {
  EXPECT_EQ(find_entra_error(700082)->suberror, "bad_token");
  EXPECT_EQ(find_entra_error(50173)->suberror, "bad_token");
  EXPECT_EQ(find_entra_error(70043)->suberror, "token_expired");
  EXPECT_EQ(find_entra_error(50076)->suberror, "basic_action");
  EXPECT_EQ(find_entra_error(53003)->suberror, "message_only");
  EXPECT_EQ(find_entra_error(65001)->suberror, "consent_required");
  EXPECT_EQ(find_entra_error(50057)->suberror, "");
}

TEST(error_body_test, has_entras_shape) {
  const auto body = body_of(700082, {"2025-01-01", {}, {}});
  EXPECT_EQ(body.at("error"), "invalid_grant");
  EXPECT_EQ(body.at("suberror"), "bad_token");
  EXPECT_EQ(body.at("error_codes"), boost::json::array{700082});
  EXPECT_EQ(body.at("timestamp"), "2025-04-02 09:11:13Z");
  EXPECT_EQ(body.at("error_uri"), "https://login.microsoftonline.com/error?code=700082");
  EXPECT_FALSE(body.contains("claims"));
  const std::string trace{body.at("trace_id").as_string()}, correlation{body.at("correlation_id").as_string()};
  EXPECT_EQ(trace.size(), 36U);
  EXPECT_NE(trace, correlation);
  const std::string text{body.at("error_description").as_string()};
  EXPECT_THAT(text, StartsWith("AADSTS700082: "));
  EXPECT_THAT(text, HasSubstr("issued on 2025-01-01 and was inactive for 90.00:00:00."));
  EXPECT_THAT(text, testing::EndsWith(" Trace ID: " + trace + "\r\nCorrelation ID: " + correlation +
                                      "\r\nTimestamp: 2025-04-02 09:11:13Z"));
}

TEST(error_body_test, optional_parts_are_left_out) {
  const auto body = body_of(70008);
  EXPECT_FALSE(body.contains("suberror"));
  EXPECT_FALSE(body.contains("claims"));
}

TEST(error_body_test, claims_are_a_text_that_holds_json) {
  const auto body = body_of(50076, {"Office 365 Exchange Online", {}, {}});
  const auto claims = boost::json::parse(std::string{body.at("claims").as_string()});
  const auto& policies = claims.at("access_token").at("capolids");
  EXPECT_EQ(policies.at("essential"), true);
  EXPECT_EQ(policies.at("values").as_array().size(), 1U);
}

TEST(error_body_test, some_have_a_number_before_their_own) {
  const auto body = body_of(500133);
  EXPECT_EQ(body.at("error_codes"), (boost::json::array{70002, 500133}));
  EXPECT_THAT(std::string{body.at("error_description").as_string()},
              MatchesRegex("AADSTS70002: [^:]*\\. AADSTS500133: .*"));
}

TEST(error_body_test, without_a_number_there_is_none) {
  const entra_error row{0, 400, "slow_down", {}, "Too fast."};
  const auto body = boost::json::parse(error_body(row, {}, noon)).as_object();
  EXPECT_EQ(body.at("error_codes"), boost::json::array{});
  EXPECT_FALSE(body.contains("error_uri"));
  EXPECT_THAT(std::string{body.at("error_description").as_string()}, StartsWith("Too fast. Trace ID: "));
}

TEST(error_body_test, repeats_the_clients_request_id) {
  const std::string id = "11111111-2222-4333-8444-555555555555";
  EXPECT_EQ(body_of(70008, {{}, {}, id}).at("correlation_id").as_string(), id);
}

TEST(describe_error_test, names_things_and_looks_at_no_name_twice) {
  const auto text = describe(*find_entra_error(500112), {"{1}", "b", {}}, noon);
  EXPECT_THAT(text, HasSubstr("'{1}' does not match the reply address 'b'"));
  EXPECT_THAT(describe(*find_entra_error(70000), {"code\"\r\n", {}, {}}, noon), HasSubstr("'code\"\r\n'"));
}

} // namespace
} // namespace postroom::sim
