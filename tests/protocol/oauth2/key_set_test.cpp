#include "protocol/oauth2/id_token.hpp"

#include "base/limits.hpp"
#include "tests/protocol/oauth2/platform_keys.hpp"

#include <gtest/gtest.h>

namespace postroom::oauth2 {
namespace {

std::string set_of(std::string_view keys) {
  return R"({"keys":[)" + std::string{keys} + "]}";
}

/// Whether such a key is kept.
bool is_kept(const std::string& jwk) {
  return parse_key_set(set_of(jwk)).value().keys.size() == 1;
}

std::string changed(std::string_view old_text, std::string_view new_text) {
  auto out = platform_jwk();
  const auto at = out.find(old_text);
  if (at == out.npos)
    ADD_FAILURE() << old_text;
  else
    out.replace(at, old_text.size(), new_text);
  return out;
}

TEST(key_set, is_read) {
  const auto read =
      parse_key_set(
          set_of(platform_jwk("a", R"(,"x5t":"a","x5c":["MIIC"],"issuer":"https://i.example/{tenantid}/v2.0")") + "," +
                 platform_jwk("b", R"(,"alg":"RS256")")))
          .value();
  ASSERT_EQ(read.keys.size(), 2U);
  EXPECT_EQ(read.find("a")->pem, platform_public_key());
  EXPECT_EQ(read.find("a")->issuer, "https://i.example/{tenantid}/v2.0");
  EXPECT_EQ(read.find("b")->issuer, "");
  EXPECT_EQ(read.find("c"), nullptr);
  EXPECT_EQ(read.find(""), nullptr);
}

TEST(key_set, keeps_keys_for_rs256_only) {
  EXPECT_TRUE(is_kept(platform_jwk()));
  EXPECT_TRUE(is_kept(changed(R"("use":"sig",)", "")));
  EXPECT_FALSE(is_kept(changed(R"("use":"sig")", R"("use":"enc")")));
  EXPECT_FALSE(is_kept(changed(R"("use":"sig")", R"("use":7)")));
  EXPECT_FALSE(is_kept(changed(R"("kty":"RSA")", R"("kty":"oct","k":"AAAA")")));
  EXPECT_FALSE(is_kept(changed(R"("kty":"RSA")", R"("kty":"EC","crv":"P-256")")));
  for (const char* alg : {"PS256", "HS256", "none", "RS512", ""})
    EXPECT_FALSE(is_kept(platform_jwk(platform_key_id, R"(,"alg":")" + std::string{alg} + '"'))) << alg;
}

TEST(key_set, keeps_keys_that_are_whole_only) {
  EXPECT_FALSE(is_kept(changed(R"("kid":")" + std::string{platform_key_id} + '"', R"("kid":"")")));
  EXPECT_FALSE(is_kept(changed(R"("kid":)", R"("k_id":)")));
  EXPECT_FALSE(is_kept(platform_jwk(std::string(257, 'k'))));
  EXPECT_FALSE(is_kept(changed(R"("n":")", R"("n":"!)")));
  EXPECT_FALSE(is_kept(changed(R"("n":)", R"("m":)")));
  EXPECT_FALSE(is_kept(changed(R"("e":"AQAB")", R"("e":"AQ")"))); // 1: every signature would check
  EXPECT_FALSE(is_kept(changed(R"("e":"AQAB")", R"("e":"")")));
  EXPECT_FALSE(is_kept(platform_jwk(platform_key_id, R"(,"issuer":")" + std::string(3000, 'i') + '"')));
  EXPECT_FALSE(is_kept(R"({"kty":"RSA","kid":"short","n":"AQAB","e":"AQAB"})"));
}

TEST(key_set, with_others_among_them_keeps_the_good_ones) {
  const auto read =
      parse_key_set(set_of(R"(7,null,[],{},{"kty":"EC","kid":"x"},)" + platform_jwk("a") + R"(,"text")")).value();
  ASSERT_EQ(read.keys.size(), 1U);
  EXPECT_EQ(read.keys.front().id, "a");
}

TEST(key_set, takes_the_first_of_two_with_one_name) {
  const auto read =
      parse_key_set(set_of(platform_jwk("a", R"(,"issuer":"https://1")") + "," + platform_jwk("a"))).value();
  ASSERT_EQ(read.keys.size(), 1U);
  EXPECT_EQ(read.keys.front().issuer, "https://1");
}

TEST(key_set, is_bounded) {
  std::string many;
  for (int i = 0; i < 100; ++i)
    many += (i == 0 ? "" : ",") + platform_jwk(std::to_string(i));
  const auto read = parse_key_set(set_of(many)).value();
  EXPECT_EQ(read.keys.size(), keys_max);
  EXPECT_NE(read.find("63"), nullptr);
  EXPECT_EQ(read.find("64"), nullptr);
  EXPECT_EQ(parse_key_set(set_of(std::string(limits::http_answer_bytes_max, ' '))).error().code,
            errc::protocol_violation);
}

TEST(key_set, that_is_none_is_refused) {
  for (const char* bad : {"", "[]", "null", "{}", R"({"keys":{}})", R"({"keys":"x"})", R"({"keys":null})", "<html>"})
    EXPECT_EQ(parse_key_set(bad).error().code, errc::protocol_violation) << bad;
  const auto whole = set_of(platform_jwk());
  for (std::size_t i = 0; i < whole.size(); ++i)
    EXPECT_FALSE(parse_key_set(whole.substr(0, i))) << i;
  EXPECT_TRUE(parse_key_set(set_of("")).value().keys.empty());
}

} // namespace
} // namespace postroom::oauth2
