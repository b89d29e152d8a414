#include "base/certificate.hpp"

#include "base/encoding.hpp"
#include "base/jws.hpp"
#include "tests/support/certificate_pems.hpp"

#include <gtest/gtest.h>

namespace postroom {
namespace {

using namespace std::chrono_literals;
using namespace test;

secret<> hidden(std::string_view text) {
  return secret<>{std::string{text}};
}

TEST(certificate, of_rsa_is_read) {
  const auto facts = read_certificate(rsa_certificate_pem).value();
  EXPECT_EQ(facts.subject, "CN=Postroom,O=Contoso");
  EXPECT_EQ(to_rfc3339(facts.not_before), "2026-01-02T03:04:05.000Z");
  EXPECT_EQ(to_rfc3339(facts.not_after), "2028-01-02T03:04:05.000Z");
  EXPECT_EQ(hex_encode(as_view(facts.thumbprint)), "527630f6e2564914c51529393c5bd5f0a368e8bad672031950f61b82fcba22ac");
  EXPECT_EQ(facts.thumbprint_sha1, "7644737361A6FFFCE9221AA0EB3C39E2F6359AD3");
  const auto token =
      jws_sign({R"({"alg":"PS256"})", "{}"}, jws_algorithm::ps256, hidden(rsa_certificate_key_pem)).value();
  EXPECT_TRUE(jws_verify(token, jws_algorithm::ps256, facts.public_key_pem));
}

TEST(certificate, of_another_kind_and_with_a_time_beyond_2050_is_read) {
  const auto facts = read_certificate(ec_certificate_pem).value();
  EXPECT_EQ(facts.subject, "CN=Kanzlei,O=Grüße\\, AG");
  EXPECT_EQ(to_rfc3339(facts.not_after), "2099-12-31T23:59:59.000Z");
  EXPECT_EQ(facts.thumbprint_sha1, "F85677813C26D27E0455A6C35E5E63B7E06C8AE1");
}

TEST(certificate, is_the_first_of_a_chain_whatever_stands_around) {
  const auto chain = "Bag Attributes\n" + std::string{rsa_certificate_key_pem} + std::string{ec_certificate_pem} +
                     std::string{rsa_certificate_pem};
  EXPECT_EQ(read_certificate(chain).value().subject, "CN=Kanzlei,O=Grüße\\, AG");
}

TEST(certificate, that_is_none_is_refused) {
  for (const std::string_view bad : {std::string_view{}, std::string_view{"no pem"}, rsa_certificate_key_pem})
    EXPECT_EQ(read_certificate(bad).error().code, errc::invalid_argument);
  std::string long_text(70'000, '\n');
  EXPECT_FALSE(read_certificate(long_text + std::string{rsa_certificate_pem}));
}

TEST(certificate, cut_anywhere_or_damaged_is_refused) {
  const auto end = rsa_certificate_pem.find_last_not_of("\n");
  for (std::size_t i = 0; i < end; i += 3)
    EXPECT_FALSE(read_certificate(rsa_certificate_pem.substr(0, i))) << i;
  std::string damaged{rsa_certificate_pem};
  damaged[40] = damaged[40] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(read_certificate(damaged));
}

TEST(certificate, belongs_to_its_key_only) {
  EXPECT_TRUE(belongs_to(hidden(rsa_certificate_key_pem), rsa_certificate_pem).value());
  EXPECT_TRUE(belongs_to(hidden(ec_certificate_key_pem), ec_certificate_pem).value());
  EXPECT_FALSE(belongs_to(hidden(ec_certificate_key_pem), rsa_certificate_pem).value());
  EXPECT_FALSE(belongs_to(generate_rsa_key().private_key, rsa_certificate_pem).value());
}

TEST(certificate, and_key_must_be_pem_without_pass_phrase) {
  EXPECT_EQ(belongs_to(hidden("x"), rsa_certificate_pem).error().code, errc::invalid_argument);
  EXPECT_EQ(belongs_to(hidden(rsa_certificate_key_pem), "x").error().code, errc::invalid_argument);
  EXPECT_EQ(belongs_to(hidden(rsa_certificate_pem), rsa_certificate_pem).error().code, errc::invalid_argument);
  EXPECT_EQ(belongs_to(hidden(encrypted_key_pem), ec_certificate_pem).error().code, errc::invalid_argument);
}

} // namespace
} // namespace postroom
