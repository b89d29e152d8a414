#include "base/encoding.hpp"
#include "base/jws.hpp"
#include "protocol/oauth2/id_token.hpp"
#include "protocol/oauth2/issuer.hpp"
#include "protocol/oauth2/json_reader.hpp"

#include <algorithm>
#include <optional>

namespace postroom::oauth2 {
namespace {

using simdjson::dom::element;

/// Absent, or exactly this.
bool is_or_absent(const element& object, std::string_view key, std::string_view value) {
  element found;
  return object[key].get(found) != simdjson::SUCCESS || text_of(object, key) == value;
}

std::optional<signing_key> read_key(const element& item) {
  const auto id = text_of(item, "kid");
  const auto issuer = text_of(item, "issuer");
  if (text_of(item, "kty") != "RSA" || !is_or_absent(item, "use", "sig") || !is_or_absent(item, "alg", "RS256") ||
      id.empty() || id.size() > key_id_bytes_max || issuer.size() > issuer_bytes_max)
    return std::nullopt;
  const auto modulus = base64url_decode(text_of(item, "n"));
  const auto exponent = base64url_decode(text_of(item, "e"));
  if (!modulus || !exponent)
    return std::nullopt;
  auto pem = rsa_public_key_pem({*modulus, *exponent});
  if (!pem)
    return std::nullopt;
  return signing_key{std::string{id}, std::move(*pem), std::string{issuer}};
}

} // namespace

const signing_key* key_set::find(std::string_view id) const noexcept {
  const auto found = std::ranges::find(keys, id, &signing_key::id);
  return found == keys.end() ? nullptr : &*found;
}

result<key_set> parse_key_set(std::string_view json) {
  const open_json document{json};
  simdjson::dom::array listed;
  if (document.object() == nullptr || (*document.object())["keys"].get(listed) != simdjson::SUCCESS)
    return fail(errc::protocol_violation, "not a JSON Web Key Set of at most 1 MiB");
  key_set out;
  for (const auto& item : listed) {
    if (out.keys.size() == keys_max)
      break;
    // Of two with one name the first counts: the platform must not be able to say different things to different
    // readers.
    if (auto key = read_key(item); key && out.find(key->id) == nullptr)
      out.keys.push_back(std::move(*key));
  }
  return out;
}

} // namespace postroom::oauth2
