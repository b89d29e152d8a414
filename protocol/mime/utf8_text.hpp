#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace postroom::mime {

/// What became of bytes turned into UTF-8.
struct conversion {
  bool truncated = false;       ///< the limit was reached
  bool unknown_charset = false; ///< the name means nothing; the charset was guessed
  bool undecodable = false;     ///< some bytes became U+FFFD
};

/// Appends `bytes` to `out` as UTF-8 with LF line ends and without NUL, until `out` holds `limit_bytes`; cuts between
/// code points. An empty `charset` (and us-ascii) is guessed: UTF-8 if valid, else windows-1252. With `cut_short` the
/// bytes end anywhere, maybe inside a character.
conversion append_text(std::string& out, std::string_view bytes, std::string_view charset, bool cut_short,
                       std::size_t limit_bytes);

/// `text` as valid UTF-8 on one line: bad bytes become U+FFFD, control characters spaces. At most `limit_bytes`.
[[nodiscard]] std::string clean_line(std::string_view text, std::size_t limit_bytes);

[[nodiscard]] bool is_valid_utf8(std::string_view text) noexcept;
/// `text` with each ill-formed sequence replaced by U+FFFD.
[[nodiscard]] std::string repair_utf8(std::string_view text);

} // namespace postroom::mime
