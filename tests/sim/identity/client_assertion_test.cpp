#include "sim/identity/client_assertion.hpp"

#include "base/jws.hpp"
#include "tests/sim/identity/test_keys.hpp"

#include <array>
#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace postroom::sim {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr std::int64_t now_s = 1'800'000'000;
const wall_time now{std::chrono::seconds{now_s}};
const std::array<std::string, 2> audiences{"https://login.test/t/oauth2/v2.0/token", "https://login.test/t/v2.0"};

class client_assertion_test : public testing::Test {
protected:
  client_assertion_test() {
    client.client_id = "app";
    client.certificates.push_back({"c2hhMQ", "b3RoZXI", generate_rsa_key().public_key});
    client.certificates.push_back({"b25l", "c2hhMjU2", test_keys().public_key});
  }
  std::string sign(jws_algorithm algorithm = jws_algorithm::ps256) const {
    return jws_sign({json::serialize(header), json::serialize(claims)}, algorithm, test_keys().private_key).value();
  }
  /// 0: good.
  std::uint32_t check(const std::string& assertion) const {
    const auto why = check_assertion(assertion, client, audiences, now);
    return why ? why->row.code : 0;
  }

  application client;
  json::object header{{"alg", "PS256"}, {"typ", "JWT"}, {"x5t#S256", "c2hhMjU2"}};
  json::object claims{{"aud", audiences[0]}, {"iss", "app"}, {"sub", "app"},      {"jti", "1"},
                      {"nbf", now_s},        {"iat", now_s}, {"exp", now_s + 600}};
};

TEST_F(client_assertion_test, takes_both_algorithms_and_both_thumbprints) {
  EXPECT_EQ(check(sign()), 0U);
  EXPECT_EQ(check(sign()), 0U);
  header = {{"alg", "RS256"}, {"x5t", "b25l"}};
  EXPECT_EQ(check(sign(jws_algorithm::rs256)), 0U);
  claims["aud"] = json::array{"https://elsewhere.test", audiences[1]};
  EXPECT_EQ(check(sign(jws_algorithm::rs256)), 0U);
}

TEST_F(client_assertion_test, wants_a_registered_key_and_its_signature) {
  header["x5t#S256"] = "b3RoZXI";
  EXPECT_EQ(check(sign()), 700027U);
  header["x5t#S256"] = "bm9uZQ";
  EXPECT_EQ(check(sign()), 700027U);
  header.erase("x5t#S256");
  EXPECT_EQ(check(sign()), 700027U);
  client.certificates.push_back({"", "", test_keys().public_key}); // no thumbprint is not a thumbprint
  EXPECT_EQ(check(sign()), 700027U);
}

TEST_F(client_assertion_test, wants_the_bytes_that_were_signed) {
  auto forged = sign();
  auto& within_signature = forged[forged.size() - 10];
  within_signature = within_signature == 'A' ? 'B' : 'A';
  EXPECT_EQ(check(forged), 700027U);
  EXPECT_EQ(check("e30.e30."), 700021U);
  for (const auto* const junk : {"", ".", "a.b", "....", "W10.W10.W10"})
    EXPECT_EQ(check(junk), 50027U) << junk;
}

TEST_F(client_assertion_test, certificates_expire) {
  client.certificates[1].expires = now + 1ms;
  EXPECT_EQ(check(sign()), 0U);
  client.certificates[1].expires = now;
  EXPECT_EQ(check(sign()), 700027U);
}

TEST_F(client_assertion_test, is_the_clients_own_and_for_this_platform) {
  claims["sub"] = "another";
  EXPECT_EQ(check(sign()), 700021U);
  claims["sub"] = "app";
  claims.erase("iss");
  EXPECT_EQ(check(sign()), 700021U);
  claims["iss"] = "app";
  claims["aud"] = "https://login.test/t";
  EXPECT_EQ(check(sign()), 700023U);
  claims["aud"] = 1;
  EXPECT_EQ(check(sign()), 700023U);
  claims["aud"] = audiences[1];
  claims.erase("jti");
  EXPECT_EQ(check(sign()), 50027U);
}

TEST_F(client_assertion_test, clocks_may_differ_by_five_minutes) {
  claims["nbf"] = claims["iat"] = now_s + 300;
  claims["exp"] = now_s + 900;
  EXPECT_EQ(check(sign()), 0U);
  claims["nbf"] = now_s + 301;
  EXPECT_EQ(check(sign()), 700024U);
  claims["nbf"] = claims["iat"] = now_s - 899;
  claims["exp"] = now_s - 299;
  EXPECT_EQ(check(sign()), 0U);
  claims["exp"] = now_s - 300;
  EXPECT_EQ(check(sign()), 700024U);
}

TEST_F(client_assertion_test, lives_ten_minutes_at_most) {
  claims["exp"] = now_s + 601;
  EXPECT_EQ(check(sign()), 700024U);
  claims["exp"] = now_s + 600;
  claims["nbf"] = now_s - 300;
  EXPECT_EQ(check(sign()), 0U);
  claims.erase("nbf");
  claims.erase("iat");
  EXPECT_EQ(check(sign()), 0U);
  for (const json::value& no_time : {json::value{"soon"}, json::value{-1}, json::value{1e300}, json::value{nullptr}}) {
    claims["exp"] = no_time;
    EXPECT_EQ(check(sign()), 50027U);
  }
}

} // namespace
} // namespace postroom::sim
