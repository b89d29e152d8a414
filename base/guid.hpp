#pragma once

#include <algorithm>
#include <string_view>

namespace postroom {

/// Whether it is spelt as a GUID of Entra's: `8-4-4-4-12` hexadecimal digits, any letter case, no braces.
[[nodiscard]] constexpr bool is_guid(std::string_view text) noexcept {
  constexpr std::string_view shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  return std::ranges::equal(text, shape, [](char c, char wanted) {
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    return wanted == 'x' ? hex : c == '-';
  });
}

} // namespace postroom
