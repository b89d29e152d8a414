#pragma once

#include "base/certificate.hpp"
#include "base/encoding.hpp"
#include "base/jws.hpp"
#include "tests/support/certificate_pems.hpp"

#include <string>
#include <string_view>

/// A key of an identity platform, for tests that sign what the platform would.
namespace postroom::oauth2 {

inline constexpr std::string_view platform_key_id = "nOo3ZDrODXEK1jKWhXslHR_KXEg";

inline const secret<>& platform_private_key() {
  static const secret<> key{std::string{test::rsa_certificate_key_pem}};
  return key;
}

inline const std::string& platform_public_key() {
  static const std::string key = read_certificate(test::rsa_certificate_pem).value().public_key_pem;
  return key;
}

/// Its entry in a key set, with `more` members before the end: `,"issuer":"…"`.
inline std::string platform_jwk(std::string_view kid = platform_key_id, std::string_view more = {}) {
  const auto numbers = rsa_numbers_of(platform_public_key()).value();
  return R"({"kty":"RSA","use":"sig","kid":")" + std::string{kid} + R"(","n":")" + base64url_encode(numbers.modulus) +
         R"(","e":")" + base64url_encode(numbers.exponent) + '"' + std::string{more} + '}';
}

} // namespace postroom::oauth2
