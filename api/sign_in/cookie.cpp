#include "api/sign_in/cookie.hpp"

#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "base/ids.hpp"

namespace postroom::api::sign_in {
namespace {

constexpr std::size_t random_bytes_count = 32;
/// base64url of them without padding.
constexpr std::size_t characters = 43;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos)
    return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

} // namespace

std::string draw_cookie() {
  return base64url_encode(random_string(random_bytes_count));
}

std::string cookie_name(std::string_view sign_in) {
  return std::string{"postroom_sign_in_"}.append(sign_in);
}

std::string cookie_in(std::string_view header, std::string_view sign_in) {
  const auto name = cookie_name(sign_in);
  while (!header.empty()) {
    const auto pair = header.substr(0, header.find(';'));
    header.remove_prefix(std::min(pair.size() + 1, header.size()));
    const auto equals = pair.find('=');
    if (equals == std::string_view::npos || trimmed(pair.substr(0, equals)) != name)
      continue;
    const auto value = trimmed(pair.substr(equals + 1));
    return value.size() == characters && is_valid_id(value) ? std::string{value} : std::string{};
  }
  return {};
}

std::string set_cookie(std::string_view sign_in, std::string_view value, std::chrono::seconds life) {
  return cookie_name(sign_in)
      .append("=")
      .append(value)
      .append("; Path=/api/cloudProviders/; Max-Age=")
      .append(std::to_string(life.count()))
      .append("; HttpOnly; Secure; SameSite=None");
}

} // namespace postroom::api::sign_in
