#include "protocol/oauth2/id_token.hpp"

#include "base/ascii.hpp"
#include "base/crypto.hpp"
#include "base/guid.hpp"
#include "base/jws.hpp"
#include "protocol/oauth2/issuer.hpp"
#include "protocol/oauth2/json_reader.hpp"

#include <algorithm>

namespace postroom::oauth2 {
namespace {

using simdjson::dom::element;

constexpr std::chrono::minutes skew{5};
constexpr std::size_t subject_bytes_max = 255; // OpenID Connect Core §2
constexpr std::size_t address_bytes_max = 320; // RFC 5321: 64 octets, @, 255 octets
constexpr std::size_t name_bytes_max = 256;

constexpr std::string_view invalid = "sign_in.identity_invalid";

error bad_signature(std::string_view what) {
  return {errc::signature_invalid, "ID token: " + std::string{what}, invalid};
}

error bad_claim(std::string_view what) {
  return {errc::unauthenticated, "ID token: " + std::string{what}, invalid};
}

/// What the header says, once it says what we can take.
result<std::string> read_header(std::string_view header) {
  const open_json read{header};
  if (read.object() == nullptr)
    return bad_signature("the header is not a JSON object");
  // The algorithm is ours, not the token's; naming another one, `none` above all, is an attempt.
  if (text_of(*read.object(), "alg") != to_string(jws_algorithm::rs256))
    return bad_signature("alg is not RS256");
  element critical;
  if ((*read.object())["crit"].get(critical) == simdjson::SUCCESS) // RFC 7515 §4.1.11: none of it is known here
    return bad_signature("crit asks for something unknown");
  const auto id = text_of(*read.object(), "kid");
  if (id.empty() || id.size() > key_id_bytes_max)
    return bad_signature("kid is missing or of absurd length");
  return std::string{id};
}

/// Whether `iss` is what the pattern stands for, given the token's directory.
bool matches(std::string_view pattern, std::string_view iss, std::string_view directory) {
  if (is_template(pattern) && !is_guid(directory))
    return false;
  return !iss.empty() && iss == issuer_for(pattern, directory);
}

result<void> check_issuer(const element& claims, const signing_key& key, const id_token_expectation& expected) {
  const auto iss = text_of(claims, "iss");
  const auto directory = text_of(claims, "tid");
  if (expected.issuer.empty() || !matches(expected.issuer, iss, directory))
    return bad_signature("iss is not the expected issuer");
  if (!key.issuer.empty() && !matches(key.issuer, iss, directory))
    return bad_signature("iss is not the issuer that the key is for");
  return {};
}

/// OpenID Connect Core §3.1.3.7, 3 to 5.
result<void> check_audience(const element& claims, std::string_view client_id) {
  simdjson::dom::array several;
  bool is_for_us = false;
  std::size_t count = 1;
  if (claims["aud"].get(several) == simdjson::SUCCESS) {
    count = several.size();
    for (const auto& item : several) {
      std::string_view one;
      is_for_us = is_for_us || (item.get(one) == simdjson::SUCCESS && one == client_id);
    }
  } else {
    is_for_us = text_of(claims, "aud") == client_id;
  }
  if (!is_for_us || client_id.empty())
    return bad_claim("aud is not this application");
  element party;
  const bool has_party = claims["azp"].get(party) == simdjson::SUCCESS;
  if ((has_party || count > 1) && text_of(claims, "azp") != client_id)
    return bad_claim("azp is not this application");
  return {};
}

/// A time that is missing is none to wait for; one that cannot be read is never reached.
bool has_begun(const element& claims, std::string_view key, wall_time now) {
  element found;
  if (claims[key].get(found) != simdjson::SUCCESS)
    return true;
  const auto begin = time_of(claims, key);
  return begin && now + skew >= *begin;
}

result<void> check_validity(const element& claims, wall_time now) {
  const auto expires = time_of(claims, "exp");
  if (!expires)
    return bad_claim("exp is missing");
  if (now >= *expires + skew)
    return bad_claim("exp is over");
  if (!has_begun(claims, "nbf", now))
    return bad_claim("nbf is in the future");
  if (!has_begun(claims, "iat", now))
    return bad_claim("iat is in the future");
  return {};
}

result<void> check_nonce(const element& claims, std::string_view expected) {
  if (!expected.empty() && !constant_time_equal(text_of(claims, "nonce"), expected))
    return bad_claim("nonce is not that of this sign-in");
  return {};
}

result<void> check_directory(const element& claims, std::string_view allowed) {
  if (allowed.find_first_not_of(' ') == allowed.npos)
    return {};
  const auto directory = text_of(claims, "tid");
  while (!allowed.empty()) {
    const auto end = allowed.find(' ');
    if (is_guid(directory) && ascii_iequals(directory, allowed.substr(0, end)))
      return {};
    allowed.remove_prefix(end == allowed.npos ? allowed.size() : end + 1);
  }
  return error{errc::blocked_by_policy, "ID token: tid is not an allowed directory", "sign_in.directory_not_allowed"};
}

/// The part of a person's key that names it, or nothing: cut, it could be somebody else's.
std::string subject_of(const element& claims) {
  const auto id = text_of(claims, text_of(claims, "oid").empty() ? "sub" : "oid");
  const bool fit =
      id.size() <= subject_bytes_max && std::ranges::all_of(id, [](char c) { return c > ' ' && c < 0x7f; });
  return fit ? std::string{id} : std::string{};
}

/// Google says whether it has seen that the address is the person's, some as a string.
bool is_unverified_email(const element& claims) {
  bool verified = true;
  if (claims["email_verified"].get(verified) == simdjson::SUCCESS)
    return !verified;
  return text_of(claims, "email_verified") == "false";
}

result<identity> read_identity(const element& claims) {
  identity out;
  out.object_id = subject_of(claims);
  if (out.object_id.empty())
    return bad_claim("neither oid nor sub names the person");
  if (const auto directory = text_of(claims, "tid"); is_guid(directory))
    out.directory_id = ascii_lower(directory);
  if (!is_unverified_email(claims))
    out.email = flatten(text_of(claims, "email"), address_bytes_max);
  out.upn = flatten(text_of(claims, "preferred_username"), address_bytes_max);
  if (out.upn.empty())
    out.upn = flatten(text_of(claims, "upn"), address_bytes_max);
  if (out.upn.empty())
    out.upn = out.email;
  out.name = flatten(text_of(claims, "name"), name_bytes_max);
  return out;
}

} // namespace

result<std::string> key_id_of(const secret<>& id_token) {
  const auto parts = jws_decode_unverified(id_token.expose());
  if (!parts)
    return bad_signature(parts.error().detail);
  return read_header(parts->header);
}

result<identity> verify_id_token(const secret<>& token, const key_set& keys, const id_token_expectation& expected,
                                 wall_time now) {
  const auto key_id = key_id_of(token);
  if (!key_id)
    return key_id.error();
  const auto* const key = keys.find(*key_id);
  if (key == nullptr)
    return bad_signature("kid is not in the platform's key set");
  const auto parts = jws_verify(token.expose(), jws_algorithm::rs256, key->pem);
  if (!parts)
    return bad_signature(parts.error().detail);
  const open_json payload{parts->payload};
  if (payload.object() == nullptr)
    return bad_claim("the claims are not a JSON object");
  const auto& claims = *payload.object();
  if (auto checked = check_issuer(claims, *key, expected); !checked)
    return checked.error();
  if (auto checked = check_audience(claims, expected.client_id); !checked)
    return checked.error();
  if (auto checked = check_validity(claims, now); !checked)
    return checked.error();
  if (auto checked = check_nonce(claims, expected.nonce); !checked)
    return checked.error();
  if (auto checked = check_directory(claims, expected.allowed_directories); !checked)
    return checked.error();
  return read_identity(claims);
}

} // namespace postroom::oauth2
