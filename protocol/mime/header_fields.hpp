#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace postroom::mime {

/// One field of a header block (RFC 5322 §2.2). Views into the block.
struct header_field {
  std::string_view name;
  std::string_view folded_value; ///< as it stands in the mail, line breaks included
};

/// Whether a line starts a field: a name of printable ASCII without space, then a colon.
[[nodiscard]] bool starts_field(std::string_view line) noexcept;

/// Splits a header block into its fields. Lines that are neither a field nor the continuation of one are left out and
/// reported in `invalid`.
[[nodiscard]] std::vector<header_field> split_fields(std::string_view block, bool& invalid);

/// The value on one line, without surrounding space; NUL, CR and LF become spaces. At most `bytes_max` bytes of it.
[[nodiscard]] std::string unfold(std::string_view folded_value, std::size_t bytes_max);

/// Without regard to the case of ASCII letters.
[[nodiscard]] bool starts_with_nocase(std::string_view text, std::string_view prefix) noexcept;
/// Without surrounding spaces and tabs.
[[nodiscard]] std::string_view trim(std::string_view text) noexcept;

} // namespace postroom::mime
