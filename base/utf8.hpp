#pragma once

#include <cstddef>
#include <string_view>

namespace postroom {

/// Bytes of the well-formed UTF-8 character (RFC 3629) that `text` begins with; 0 when it begins with none: overlong
/// forms, surrogates and what lies above U+10FFFF are not characters.
[[nodiscard]] std::size_t utf8_character_bytes(std::string_view text) noexcept;

/// `text` without the part beyond `bytes_max`, cut between characters.
[[nodiscard]] std::string_view utf8_prefix(std::string_view text, std::size_t bytes_max) noexcept;

} // namespace postroom
