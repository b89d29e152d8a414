#include "base/jws.hpp"
#include "protocol/oauth2/id_token.hpp"
#include "protocol/oauth2/json_reader.hpp"

namespace postroom::oauth2 {
namespace {

using simdjson::dom::element;

constexpr std::size_t word_bytes_max = 512;
constexpr std::size_t scopes_bytes_max = 4 * 1024;
constexpr std::size_t roles_max = 64; // a gateway needs a handful

/// The first that is there.
std::string first_of(const element& claims, std::initializer_list<std::string_view> keys) {
  for (const auto key : keys)
    if (const auto text = text_of(claims, key); !text.empty())
      return flatten(text, word_bytes_max);
  return {};
}

std::string audience_of(const element& claims) {
  simdjson::dom::array several;
  if (claims["aud"].get(several) != simdjson::SUCCESS)
    return first_of(claims, {"aud"});
  std::string_view first;
  return several.at(0).get(first) == simdjson::SUCCESS ? flatten(first, word_bytes_max) : std::string{};
}

std::vector<std::string> roles_of(const element& claims) {
  std::vector<std::string> out;
  simdjson::dom::array listed;
  if (claims["roles"].get(listed) != simdjson::SUCCESS)
    return out;
  for (const auto& item : listed) {
    std::string_view role;
    if (out.size() < roles_max && item.get(role) == simdjson::SUCCESS)
      out.push_back(flatten(role, word_bytes_max));
  }
  return out;
}

} // namespace

result<token_claims> peek_claims(const secret<>& access_token) {
  const auto parts = jws_decode_unverified(access_token.expose());
  if (!parts)
    return fail(errc::invalid_argument, "the access token is no JWT: " + parts.error().detail);
  const open_json payload{parts->payload};
  if (payload.object() == nullptr)
    return fail(errc::invalid_argument, "the access token is no JWT: its claims are not a JSON object");
  const auto& claims = *payload.object();
  token_claims out;
  out.audience = audience_of(claims);
  out.issuer = first_of(claims, {"iss"});
  out.directory_id = first_of(claims, {"tid"});
  out.application_id = first_of(claims, {"appid", "azp"});
  out.upn = first_of(claims, {"upn", "preferred_username", "unique_name"});
  out.scopes = flatten(text_of(claims, "scp"), scopes_bytes_max);
  out.roles = roles_of(claims);
  if (const auto expires = time_of(claims, "exp"))
    out.expires_at = std::chrono::floor<std::chrono::seconds>(expires->time_since_epoch());
  return out;
}

} // namespace postroom::oauth2
