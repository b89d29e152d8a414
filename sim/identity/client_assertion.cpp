#include "sim/identity/client_assertion.hpp"

#include "base/ascii.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "base/jws.hpp"

#include <algorithm>
#include <boost/json.hpp>

namespace postroom::sim {
namespace {

namespace json = boost::json;

constexpr std::chrono::minutes skew_max{5};
constexpr std::chrono::minutes life_max{10};

std::optional<json::object> parse_object(std::string_view text) {
  boost::system::error_code failure;
  auto value = json::parse(text, failure);
  if (failure || !value.is_object())
    return std::nullopt;
  return std::move(value.as_object());
}

/// Empty when it is missing or something else.
std::string text_of(const json::object& from, std::string_view name) {
  const auto* const value = from.if_contains(name);
  return value && value->is_string() ? std::string{value->as_string()} : std::string{};
}

/// NumericDate (RFC 7519 §2), in whole seconds.
std::optional<wall_time> time_of(const json::object& from, std::string_view name) {
  constexpr std::int64_t far = 253'402'300'799; // the end of the year 9999
  const auto* const value = from.if_contains(name);
  if (!value || !value->is_number())
    return std::nullopt;
  boost::system::error_code failure;
  const auto seconds = value->to_number<std::int64_t>(failure);
  if (failure || seconds < 0 || seconds > far)
    return std::nullopt;
  return wall_time{std::chrono::seconds{seconds}};
}

bool is_for(const json::object& claims, std::span<const std::string> audiences) {
  const auto* const value = claims.if_contains("aud");
  const auto is_one = [&](const json::value& each) {
    return each.is_string() && std::ranges::any_of(audiences, [&](const std::string& ours) {
             return ascii_iequals(ours, std::string_view{each.as_string().data(), each.as_string().size()});
           });
  };
  return value && (is_one(*value) || (value->is_array() && std::ranges::any_of(value->as_array(), is_one)));
}

/// The thumbprint as the header gives it.
std::string thumbprint_in(const json::object& header) {
  const auto newer = text_of(header, "x5t#S256");
  return newer.empty() ? text_of(header, "x5t") : newer;
}

const client_certificate* find_certificate(const application& client, const json::object& header) {
  const auto by_sha256 = text_of(header, "x5t#S256"), by_sha1 = text_of(header, "x5t");
  const auto found = std::ranges::find_if(client.certificates, [&](const client_certificate& each) {
    return by_sha256.empty() ? !by_sha1.empty() && each.thumbprint_sha1 == by_sha1 : each.thumbprint == by_sha256;
  });
  return found == client.certificates.end() ? nullptr : &*found;
}

/// As Entra shows it: hexadecimal, in capitals.
std::string shown_thumbprint(const std::string& base64url) {
  const auto bytes = base64url_decode(base64url);
  auto text = bytes ? hex_encode(*bytes) : std::string{};
  for (auto& c : text)
    c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

std::optional<denial> check_signature(std::string_view assertion, const json::object& header, const application& client,
                                      wall_time now) {
  const auto shown = shown_thumbprint(thumbprint_in(header));
  const auto* const certificate = find_certificate(client, header);
  if (!certificate)
    return denial{700027, "The key was not found.", shown};
  if (certificate->expires <= now)
    return denial{700027, "The key used is expired.", shown};
  const auto algorithm = parse_jws_algorithm(text_of(header, "alg"));
  if (!algorithm || (*algorithm != jws_algorithm::rs256 && *algorithm != jws_algorithm::ps256))
    return denial{700027, "The algorithm is not supported.", shown};
  if (!jws_verify(assertion, *algorithm, certificate->public_key_pem))
    return denial{700027, "Key was found, but use of the key to verify the signature failed.", shown};
  return std::nullopt;
}

std::optional<denial> check_validity(const json::object& claims, wall_time now) {
  const auto expires = time_of(claims, "exp");
  const auto issued = time_of(claims, "iat");
  const auto begins = claims.contains("nbf") ? time_of(claims, "nbf") : issued;
  if (!expires || (claims.contains("nbf") && !begins))
    return denial{50027, "the 'exp' or 'nbf' claim is missing or no time"};
  const auto shown = (begins ? "assertion valid from " + to_rfc3339(*begins) + ", " : std::string{}) +
                     "expiry time of assertion " + to_rfc3339(*expires);
  const bool too_early = begins && *begins > now + skew_max;
  const bool too_late = *expires <= now - skew_max;
  const auto made = std::max(begins.value_or(now), issued.value_or(wall_time::min())); // some backdate nbf
  const bool too_long = *expires > made + life_max;
  if (too_early || too_late || too_long)
    return denial{700024, to_rfc3339(now), shown};
  return std::nullopt;
}

} // namespace

std::optional<denial> check_assertion(std::string_view assertion, const application& client,
                                      std::span<const std::string> audiences, wall_time now) {
  const auto parts = jws_decode_unverified(assertion);
  const auto header = parts ? parse_object(parts->header) : std::nullopt;
  const auto claims = parts ? parse_object(parts->payload) : std::nullopt;
  if (!header || !claims)
    return denial{50027, "the client assertion is malformed"};
  if (!ascii_iequals(text_of(*claims, "iss"), client.client_id) ||
      !ascii_iequals(text_of(*claims, "sub"), client.client_id))
    return denial{700021};
  if (auto why = check_signature(assertion, *header, client, now))
    return why;
  if (!is_for(*claims, audiences))
    return denial{700023};
  if (text_of(*claims, "jti").empty())
    return denial{50027, "the 'jti' claim is missing"};
  return check_validity(*claims, now);
}

} // namespace postroom::sim
