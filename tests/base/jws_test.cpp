#include "base/jws.hpp"

#include "base/encoding.hpp"

#include <gtest/gtest.h>

namespace postroom {
namespace {

const key_pair_pem& rsa() {
  static const auto key = generate_rsa_key();
  return key;
}

const key_pair_pem& ec() {
  static const auto key = generate_ec_key();
  return key;
}

const key_pair_pem& key_for(jws_algorithm algorithm) {
  return algorithm == jws_algorithm::es256 ? ec() : rsa();
}

class jws : public testing::TestWithParam<jws_algorithm> {
protected:
  jws_content content{R"({"alg":")" + std::string{to_string(GetParam())} + R"("})", R"({"sub":"a","exp":1})"};
};

TEST_P(jws, verifies_what_it_signed) {
  const auto& key = key_for(GetParam());
  const auto token = jws_sign(content, GetParam(), key.private_key).value();
  const auto read = jws_verify(token, GetParam(), key.public_key).value();
  EXPECT_EQ(read.header, content.header);
  EXPECT_EQ(read.payload, content.payload);
  EXPECT_EQ(jws_decode_unverified(token).value().payload, content.payload);
}

TEST_P(jws, refuses_another_key) {
  const auto other = GetParam() == jws_algorithm::es256 ? generate_ec_key() : generate_rsa_key();
  const auto token = jws_sign(content, GetParam(), key_for(GetParam()).private_key).value();
  EXPECT_EQ(jws_verify(token, GetParam(), other.public_key).error().code, errc::signature_invalid);
}

TEST_P(jws, refuses_changed_parts_and_every_prefix) {
  const auto& key = key_for(GetParam());
  const auto token = jws_sign(content, GetParam(), key.private_key).value();
  for (std::size_t i = 0; i < token.size(); i += 7) {
    auto changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(jws_verify(changed, GetParam(), key.public_key).error().code, errc::signature_invalid) << i;
  }
  for (std::size_t i = 0; i < token.size(); ++i)
    EXPECT_FALSE(jws_verify(token.substr(0, i), GetParam(), key.public_key)) << i;
}

TEST_P(jws, refuses_keys_of_another_kind) {
  const auto& wrong = GetParam() == jws_algorithm::es256 ? rsa() : ec();
  EXPECT_EQ(jws_sign(content, GetParam(), wrong.private_key).error().code, errc::invalid_argument);
  EXPECT_EQ(jws_sign(content, GetParam(), secret<>{std::string{"no pem"}}).error().code, errc::invalid_argument);
  const auto token = jws_sign(content, GetParam(), key_for(GetParam()).private_key).value();
  EXPECT_EQ(jws_verify(token, GetParam(), wrong.public_key).error().code, errc::invalid_argument);
  EXPECT_EQ(jws_verify(token, GetParam(), "").error().code, errc::invalid_argument);
}

INSTANTIATE_TEST_SUITE_P(all, jws, testing::Values(jws_algorithm::rs256, jws_algorithm::ps256, jws_algorithm::es256),
                         [](const auto& info) { return std::string{to_string(info.param)}; });

// RFC 7515 appendix A.2: somebody else's signature with the published key.
TEST(jws_known_answer, rfc7515_rs256) {
  const auto n =
      base64url_decode("ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt"
                       "0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSX"
                       "ndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5"
                       "IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ");
  ASSERT_TRUE(n);
  const auto pem = rsa_public_key_pem({*n, std::string{"\x01\x00\x01", 3}});
  ASSERT_TRUE(pem);
  const std::string token =
      "eyJhbGciOiJSUzI1NiJ9."
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ."
      "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t"
      "1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12j"
      "zDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQ"
      "Ge77Rw";
  const auto read = jws_verify(token, jws_algorithm::rs256, *pem);
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(read->header, R"({"alg":"RS256"})");
}

TEST(jws_algorithm_names, are_those_we_take) {
  EXPECT_EQ(parse_jws_algorithm("RS256").value(), jws_algorithm::rs256);
  for (const char* bad : {"none", "HS256", "rs256", "RS512", ""})
    EXPECT_FALSE(parse_jws_algorithm(bad)) << bad;
}

TEST(jws_tokens, that_are_malformed_or_long_are_refused) {
  for (const char* bad : {"", ".", "a.b", "e30.e30", "e30.e30.e30.e30", "e30.e3=.e30", "!.e30.e30"})
    EXPECT_FALSE(jws_decode_unverified(bad)) << bad;
  EXPECT_EQ(jws_decode_unverified(std::string(jws_bytes_max + 1, 'a')).error().code, errc::too_large);
}

TEST(rsa_numbers, go_out_and_come_back) {
  const auto numbers = rsa_numbers_of(rsa().public_key).value();
  EXPECT_EQ(numbers.modulus.size(), 256U);
  EXPECT_EQ(numbers.exponent, (std::string{"\x01\x00\x01", 3}));
  EXPECT_EQ(rsa_public_key_pem(numbers).value(), rsa().public_key);
}

TEST(rsa_numbers, that_are_no_key_are_refused) {
  const std::string e{"\x01\x00\x01", 3};
  EXPECT_FALSE(rsa_public_key_pem({"", e}));
  EXPECT_FALSE(rsa_public_key_pem({std::string(64, '\xff'), e}));       // too short
  EXPECT_FALSE(rsa_public_key_pem({std::string(4096, '\xff'), e}));     // too long
  EXPECT_FALSE(rsa_public_key_pem({std::string(256, '\xff'), "\x01"})); // would make every signature valid
  EXPECT_FALSE(rsa_public_key_pem({std::string(256, '\xff'), ""}));
  EXPECT_FALSE(rsa_numbers_of(ec().public_key));
}

} // namespace
} // namespace postroom
