#include "base/utf8.hpp"
#include "protocol/mime/compose.hpp"

#include <algorithm>

namespace postroom::mime {

namespace {

constexpr std::size_t local_octets_max = 64;    // RFC 5321 §4.5.3.1.1
constexpr std::size_t address_octets_max = 254; // a path of 256 with its angle brackets: RFC 5321 §4.5.3.1.3
constexpr std::size_t label_octets_max = 63;    // RFC 1035 §2.3.4

bool is_alnum(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_raw_utf8(char c) noexcept {
  return static_cast<unsigned char>(c) > 127;
}

/// atext of RFC 5322 §3.2.3, extended by RFC 6532 §3.2.
bool is_atext(char c) noexcept {
  return is_alnum(c) || is_raw_utf8(c) || std::string_view("!#$%&'*+-/=?^_`{|}~").find(c) != std::string_view::npos;
}

/// Calls `judge` with each part between dots.
template <class Judge>
bool all_between_dots(std::string_view text, Judge judge) {
  while (true) {
    const auto dot = text.find('.');
    if (!judge(text.substr(0, dot)))
      return false;
    if (dot == std::string_view::npos)
      return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_dot_string(std::string_view local) {
  return all_between_dots(local,
                          [](auto atom) { return !atom.empty() && std::all_of(atom.begin(), atom.end(), is_atext); });
}

/// Octets of the quoted string that `text` begins with, quotes included; 0 when it begins with none.
std::size_t quoted_string(std::string_view text) noexcept {
  if (!text.starts_with('"'))
    return 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"')
      return i + 1;
    if (text[i] == '\\')
      ++i;
  }
  return 0;
}

bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= label_octets_max && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), [](char c) { return is_alnum(c) || c == '-' || is_raw_utf8(c); });
}

/// `[192.0.2.1]`, `[IPv6:2001:db8::1]`: RFC 5321 §4.1.3. Whether it is an address of a host is for the server to say.
bool is_literal(std::string_view domain) {
  if (domain.size() < 3 || domain.front() != '[' || domain.back() != ']')
    return false;
  const auto inner = domain.substr(1, domain.size() - 2);
  return std::all_of(inner.begin(), inner.end(),
                     [](char c) { return is_alnum(c) || c == '.' || c == ':' || c == '-'; });
}

std::uint32_t code_point(std::string_view character) noexcept {
  const auto lead = static_cast<unsigned char>(character.front());
  std::uint32_t value = character.size() == 1   ? lead
                        : character.size() == 2 ? lead & 0x1FU
                        : character.size() == 3 ? lead & 0x0FU
                                                : lead & 0x07U;
  for (const char c : character.substr(1))
    value = (value << 6U) | (static_cast<unsigned char>(c) & 0x3FU);
  return value;
}

/// Controls, and what makes an address look like another one: separators, zero-width and direction marks.
bool is_invisible(std::uint32_t c) noexcept {
  return c < 0x20 || (c >= 0x7F && c <= 0xA0) || c == 0xAD || (c >= 0x2000 && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202F) || (c >= 0x205F && c <= 0x206F) || c == 0x3000 || c == 0xFEFF ||
         (c >= 0xFFF9 && c <= 0xFFFF);
}

std::optional<std::string> problem_of_characters(std::string_view text) {
  while (!text.empty()) {
    const auto bytes = utf8_character_bytes(text);
    if (bytes == 0)
      return "is not valid UTF-8";
    if (is_invisible(code_point(text.substr(0, bytes))))
      return "holds a control or invisible character";
    text.remove_prefix(bytes);
  }
  return std::nullopt;
}

} // namespace

bool needs_utf8(std::string_view address) noexcept {
  return std::any_of(address.begin(), address.end(), is_raw_utf8);
}

std::optional<std::string> problem_of_address(std::string_view address) {
  if (address.empty())
    return "is empty";
  if (address.size() > address_octets_max)
    return "is longer than 254 octets";
  if (auto problem = problem_of_characters(address))
    return problem;
  const auto quoted = quoted_string(address);
  const auto at = quoted > 0 ? quoted : address.find('@');
  if (at >= address.size() || address[at] != '@')
    return "has no @ where one must be";
  const auto local = address.substr(0, at);
  const auto domain = address.substr(at + 1);
  if (local.size() > local_octets_max)
    return "has more than 64 octets before the @";
  if (local.find_first_of("<>") != std::string_view::npos)
    return "has an angle bracket before the @, which no server is sure to read";
  if (quoted == 0 && !is_dot_string(local))
    return "has a character or a dot before the @ that must be quoted there";
  if (!is_literal(domain) && !all_between_dots(domain, is_label))
    return "has no valid domain behind the @";
  return std::nullopt;
}

} // namespace postroom::mime
