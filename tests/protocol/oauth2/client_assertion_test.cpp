#include "protocol/oauth2/client_assertion.hpp"

#include "base/certificate.hpp"
#include "base/encoding.hpp"
#include "base/jws.hpp"
#include "tests/protocol/oauth2/cases.hpp"
#include "tests/support/certificate_pems.hpp"

#include <boost/json.hpp>

#include <gtest/gtest.h>

namespace postroom::oauth2 {
namespace {

using namespace std::chrono_literals;
using namespace test;
namespace json = boost::json;

constexpr std::string_view audience = "https://login.microsoftonline.com/t/oauth2/v2.0/token";
const wall_time signed_at = std::chrono::sys_days{std::chrono::November / 24 / 2026} + 12h + 999ms;

result<secret<>> made(std::string_view certificate, std::string_view key, std::string_view client = "app-1",
                      std::string_view to = audience, std::string_view jti = "j-1") {
  return make_client_assertion(client, to, certificate, hidden(key), signed_at, jti);
}

TEST(client_assertion, is_what_entra_wants) {
  const auto token = made(rsa_certificate_pem, rsa_certificate_key_pem).value();
  const auto read =
      jws_verify(token.expose(), jws_algorithm::ps256, read_certificate(rsa_certificate_pem).value().public_key_pem)
          .value();
  const auto header = json::parse(read.header).as_object();
  EXPECT_EQ(header.at("alg"), "PS256");
  EXPECT_EQ(header.at("typ"), "JWT");
  // base64url of the thumbprint that `openssl x509 -fingerprint -sha256` shows.
  EXPECT_EQ(header.at("x5t#S256"), "UnYw9uJWSRTFFSk5PFvV8KNo6LrWcgMZUPYbgvy6Iqw");
  EXPECT_EQ(header.size(), 3U);
  const auto claims = json::parse(read.payload).as_object();
  EXPECT_EQ(claims.at("aud").as_string(), audience);
  EXPECT_EQ(claims.at("iss"), "app-1");
  EXPECT_EQ(claims.at("sub"), "app-1");
  EXPECT_EQ(claims.at("jti"), "j-1");
  EXPECT_EQ(claims.at("nbf").as_int64(), 1795521600);
  EXPECT_EQ(claims.at("iat").as_int64(), 1795521600);
  EXPECT_EQ(claims.at("exp").as_int64(), 1795522200);
  EXPECT_EQ(claims.size(), 7U);
}

TEST(client_assertion, needs_a_certificate_and_its_rsa_key) {
  for (const auto& failed :
       {made("", rsa_certificate_key_pem), made(rsa_certificate_pem, ""), made("x", rsa_certificate_key_pem),
        made(rsa_certificate_pem, "x"), made(rsa_certificate_pem, ec_certificate_key_pem),
        made(ec_certificate_pem, rsa_certificate_key_pem),
        made(ec_certificate_pem, ec_certificate_key_pem), // Entra takes RSA only
        made(ec_certificate_pem, encrypted_key_pem)}) {
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, errc::invalid_argument);
    EXPECT_EQ(failed.error().detail.find("MI"), std::string::npos);
  }
}

TEST(client_assertion, lacks_nothing) {
  EXPECT_FALSE(made(rsa_certificate_pem, rsa_certificate_key_pem, ""));
  EXPECT_FALSE(made(rsa_certificate_pem, rsa_certificate_key_pem, "app-1", ""));
  EXPECT_FALSE(made(rsa_certificate_pem, rsa_certificate_key_pem, "app-1", audience, ""));
}

} // namespace
} // namespace postroom::oauth2
