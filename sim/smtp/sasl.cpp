#include "sim/smtp/sasl.hpp"

#include "base/encoding.hpp"

#include <algorithm>

namespace postroom::sim {
namespace {

/// RFC 5801 §4: `=2C` is a comma, `=3D` an equals sign; nothing else may be written with one.
std::optional<std::string> saslname(std::string_view text) {
  std::string name;
  while (!text.empty()) {
    const auto plain = text.substr(0, text.find('='));
    name += plain;
    text.remove_prefix(plain.size());
    if (text.empty())
      break;
    if (!text.starts_with("=2C") && !text.starts_with("=3D"))
      return std::nullopt;
    name += text[1] == '2' ? ',' : '=';
    text.remove_prefix(3);
  }
  return name;
}

} // namespace

std::optional<xoauth2_fields> parse_oauthbearer(std::string_view encoded) {
  const auto plain = base64_decode(encoded);
  if (!plain)
    return std::nullopt;
  std::string_view text = *plain;
  constexpr std::string_view header = "n,a=", token_mark = "auth=Bearer ";
  if (!text.starts_with(header) || !text.ends_with("\1\1"))
    return std::nullopt;
  text.remove_prefix(header.size());
  const auto name_end = text.find(",\1");
  if (name_end == std::string_view::npos)
    return std::nullopt;
  const auto user = saslname(text.substr(0, name_end));
  text.remove_prefix(name_end + 2);
  while (!text.empty() && text != "\1") {
    const auto pair = text.substr(0, text.find('\1'));
    if (user && pair.starts_with(token_mark))
      return xoauth2_fields{*user, std::string{pair.substr(token_mark.size())}};
    text.remove_prefix(std::min(pair.size() + 1, text.size()));
  }
  return std::nullopt;
}

std::optional<password_fields> parse_plain(std::string_view encoded) {
  const auto plain = base64_decode(encoded);
  if (!plain)
    return std::nullopt;
  const std::string_view text = *plain;
  const auto first = text.find('\0');
  const auto second = first == std::string_view::npos ? first : text.find('\0', first + 1);
  if (second == std::string_view::npos)
    return std::nullopt;
  password_fields fields{std::string{text.substr(first + 1, second - first - 1)}, std::string{text.substr(second + 1)}};
  const auto for_whom = text.substr(0, first);
  if (fields.user.empty() || fields.password.find('\0') != std::string::npos ||
      (!for_whom.empty() && for_whom != fields.user))
    return std::nullopt;
  return fields;
}

} // namespace postroom::sim
