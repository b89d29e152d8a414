#pragma once

#include <algorithm>
#include <string>
#include <string_view>

/// Case of ASCII letters, whatever the locale; other bytes stay as they are.
namespace postroom {

[[nodiscard]] constexpr char ascii_lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[nodiscard]] constexpr bool ascii_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

[[nodiscard]] inline std::string ascii_lower(std::string_view text) {
  std::string out{text};
  for (auto& c : out)
    c = ascii_lower(c);
  return out;
}

[[nodiscard]] constexpr bool ascii_iequals(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, [](char x, char y) { return ascii_lower(x) == ascii_lower(y); });
}

} // namespace postroom
