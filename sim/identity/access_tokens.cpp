#include "sim/identity/access_tokens.hpp"

#include "base/ascii.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"

#include <algorithm>
#include <boost/json.hpp>

namespace postroom::sim {
namespace {

namespace json = boost::json;

constexpr std::size_t keys_max = 8;
constexpr std::size_t checked_max = 10'000;

std::int64_t seconds_of(wall_time t) {
  return std::chrono::duration_cast<std::chrono::seconds>(t.time_since_epoch()).count();
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    if (!word.empty())
      words.emplace_back(word);
  }
  return words;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words)
    text += (text.empty() ? "" : " ") + word;
  return text;
}

/// `sub` is another one for each application (OpenID Connect Core §8.1).
std::string pairwise_subject(const application& client, const user& holder) {
  const auto digest = sha256(client.client_id + holder.object_id);
  return base64url_encode({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

/// 21 digits, as Google's account ids have.
std::string google_subject(const user& holder) {
  const auto digest = sha256(holder.object_id);
  std::string digits{"1"};
  for (std::size_t i = 0; digits.size() < 21; ++i)
    digits += static_cast<char>('0' + static_cast<unsigned char>(as_view(digest)[i]) % 10);
  return digits;
}

/// Google is one issuer, Entra one for each tenant.
std::string issuer_of(const std::string& base, const tenant& directory) {
  return directory.kind == service::google ? base : base + "/" + directory.id + "/v2.0";
}

bool is_mail(std::string_view resource) {
  return resource == "https://outlook.office.com" || resource == "https://outlook.office365.com" ||
         resource == "https://mail.google.com";
}

} // namespace

bool token_holder::may(std::string_view permission) const {
  return std::ranges::find(permissions, permission) != permissions.end();
}

access_tokens::access_tokens(std::string issuer_base, const clock& time, std::optional<key_pair_pem> keys)
    : issuer_base_(std::move(issuer_base)), time_(time) {
  keys_.push_front({base64url_encode(random_string(20)), keys ? std::move(*keys) : generate_rsa_key()});
}

std::string access_tokens::sign(const signing_key& key, const json::object& claims) const {
  const json::object header{{"typ", "JWT"}, {"alg", "RS256"}, {"kid", key.id}};
  return jws_sign({json::serialize(header), json::serialize(claims)}, jws_algorithm::rs256, key.pair.private_key)
      .value();
}

std::string access_tokens::issue(const token_wish& wish) const {
  const auto now = time_.now();
  json::object claims{{"aud", wish.resource},
                      {"iss", issuer_of(issuer_base_, wish.directory)},
                      {"iat", seconds_of(now)},
                      {"nbf", seconds_of(now)},
                      {"exp", seconds_of(now + wish.life)},
                      {"appid", wish.client.client_id},
                      {"azp", wish.client.client_id},
                      {"tid", wish.directory.id},
                      {"uti", base64url_encode(random_string(16))},
                      {"ver", "1.0"}};
  if (wish.holder) {
    claims["sub"] = claims["oid"] = wish.holder->object_id;
    claims["upn"] = wish.holder->upn;
    claims["scp"] = joined(wish.permissions);
  } else {
    claims["sub"] = claims["oid"] = wish.client.client_id;
    claims["idtyp"] = "app";
    if (!wish.permissions.empty()) // Entra leaves the claim out when nothing was granted
      claims["roles"] = json::value_from(wish.permissions);
  }
  return sign(keys_.front(), claims);
}

std::string access_tokens::issue_id_token(const id_token_wish& wish) const {
  const auto now = time_.now();
  const bool google = wish.directory.kind == service::google;
  const auto has = [&](std::string_view scope) {
    return std::ranges::any_of(wish.scopes, [&](const std::string& each) { return ascii_iequals(each, scope); });
  };
  json::object claims{{"aud", wish.client.client_id},
                      {"iss", issuer_of(issuer_base_, wish.directory)},
                      {"iat", seconds_of(now)},
                      {"nbf", seconds_of(now)},
                      {"exp", seconds_of(now + std::chrono::hours{1})}};
  if (has("profile"))
    claims["name"] = wish.holder.name;
  if (has("email"))
    claims["email"] = wish.holder.address();
  if (google) {
    claims["azp"] = wish.client.client_id;
    claims["sub"] = google_subject(wish.holder);
    claims["hd"] = wish.directory.domains.empty() ? std::string{} : wish.directory.domains.front();
    if (has("email"))
      claims["email_verified"] = true;
  } else {
    claims["sub"] = pairwise_subject(wish.client, wish.holder);
    claims["tid"] = wish.directory.id;
    claims["uti"] = base64url_encode(random_string(16));
    claims["ver"] = "2.0";
    if (has("profile")) {
      claims["oid"] = wish.holder.object_id;
      claims["preferred_username"] = wish.holder.upn;
    }
  }
  if (!wish.nonce.empty())
    claims["nonce"] = wish.nonce;
  return sign(keys_.front(), claims);
}

result<token_holder> access_tokens::check_signed(std::string_view token) const {
  auto content = result<jws_content>{fail(errc::unauthenticated, "the token is not ours")};
  for (auto key = keys_.begin(); !content && key != keys_.end(); ++key)
    content = jws_verify(token, jws_algorithm::rs256, key->pair.public_key);
  if (!content)
    return fail(errc::unauthenticated, "the token is not ours");
  // What carries our signature has the shape we gave it.
  const auto claims = json::parse(content->payload).as_object();
  if (!claims.contains("appid"))
    return fail(errc::unauthenticated, "the token is no access token");
  const auto text = [&](const char* name) {
    return claims.contains(name) ? std::string{claims.at(name).as_string()} : std::string{};
  };
  token_holder holder{text("tid"), text("appid"), text("upn")};
  holder.app_only = holder.upn.empty();
  holder.resource = text("aud");
  holder.permissions = words_of(text("scp"));
  if (const auto* roles = claims.if_contains("roles"))
    holder.permissions = json::value_to<std::vector<std::string>>(*roles);
  holder.expires = wall_time{std::chrono::seconds{claims.at("exp").as_int64()}};
  holder.begins = wall_time{std::chrono::seconds{claims.at("nbf").as_int64()}};
  return holder;
}

result<token_holder> access_tokens::read(std::string_view token) const {
  auto known = checked_.find(std::string{token});
  if (known == checked_.end()) {
    auto holder = check_signed(token);
    if (!holder)
      return holder;
    if (checked_.size() >= checked_max)
      checked_.clear();
    known = checked_.emplace(token, std::move(*holder)).first;
  }
  if (known->second.begins > time_.now() + std::chrono::minutes{5})
    return fail(errc::unauthenticated, "the token is not valid yet");
  return known->second;
}

result<token_holder> access_tokens::check(std::string_view token) const {
  auto holder = read(token);
  if (!holder)
    return holder;
  if (!is_mail(holder->resource))
    return fail(errc::unauthenticated, "the token is for another resource");
  if (holder->expires <= time_.now())
    return fail(errc::unauthenticated, "the token has expired");
  return holder;
}

void access_tokens::rotate_keys() {
  keys_.push_front({base64url_encode(random_string(20)), generate_rsa_key()});
  if (keys_.size() > keys_max)
    keys_.pop_back();
}

void access_tokens::retire_old_keys() {
  keys_.erase(keys_.begin() + 1, keys_.end());
  checked_.clear();
}

std::string access_tokens::key_set(service whose) const {
  json::array keys;
  for (const auto& key : keys_) {
    const auto numbers = rsa_numbers_of(key.pair.public_key).value();
    json::object entry{{"kty", "RSA"},
                       {"use", "sig"},
                       {"kid", key.id},
                       {"n", base64url_encode(numbers.modulus)},
                       {"e", base64url_encode(numbers.exponent)}};
    if (whose == service::google) {
      entry["alg"] = "RS256";
    } else {
      entry["x5t"] = key.id;
      entry["issuer"] = issuer_base_ + "/{tenantid}/v2.0";
    }
    keys.push_back(std::move(entry));
  }
  return json::serialize(json::object{{"keys", std::move(keys)}});
}

std::string access_tokens::key_id() const {
  return keys_.front().id;
}

std::string access_tokens::public_key_pem() const {
  return keys_.front().pair.public_key;
}

} // namespace postroom::sim
