#include "protocol/oauth2/client_assertion.hpp"

#include "base/certificate.hpp"
#include "base/encoding.hpp"
#include "base/jws.hpp"

#include <boost/json.hpp>

namespace postroom::oauth2 {
namespace {

namespace json = boost::json;

constexpr std::chrono::minutes life{10};

std::int64_t numeric_date(wall_time t) {
  return std::chrono::floor<std::chrono::seconds>(t).time_since_epoch().count();
}

} // namespace

result<secret<>> make_client_assertion(std::string_view client_id, std::string_view audience,
                                       std::string_view certificate_pem, const secret<>& private_key_pem, wall_time now,
                                       std::string_view jti) {
  if (client_id.empty() || audience.empty() || jti.empty())
    return fail(errc::invalid_argument, "client id, audience or jti of the client assertion is missing");
  const auto certificate = read_certificate(certificate_pem);
  if (!certificate)
    return certificate.error();
  const auto fits = belongs_to(private_key_pem, certificate_pem);
  if (!fits)
    return fits.error();
  if (!*fits)
    return fail(errc::invalid_argument, "the private key is not that of the certificate");
  const json::object header{{"alg", to_string(jws_algorithm::ps256)},
                            {"typ", "JWT"},
                            {"x5t#S256", base64url_encode(as_view(certificate->thumbprint))}};
  const json::object claims{{"aud", audience},
                            {"iss", client_id},
                            {"sub", client_id},
                            {"jti", jti},
                            {"nbf", numeric_date(now)},
                            {"iat", numeric_date(now)},
                            {"exp", numeric_date(now + life)}};
  auto token = jws_sign({json::serialize(header), json::serialize(claims)}, jws_algorithm::ps256, private_key_pem);
  if (!token)
    return token.error();
  return secret<>{std::move(*token)};
}

} // namespace postroom::oauth2
