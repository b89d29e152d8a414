#pragma once

#include "base/limits.hpp"
#include "base/result.hpp"
#include "protocol/mime/byte_source.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace postroom::mime {

/// What octets ask of the way they travel.
struct octet_facts {
  bool eight_bit = false; ///< some are above 127
  bool nul = false;
  std::size_t longest_line = 0; ///< without its end: CRLF, CR or LF

  [[nodiscard]] bool fits_lines() const noexcept { return longest_line <= limits::submission_line_bytes_max; }
};

[[nodiscard]] octet_facts scan_octets(std::string_view octets) noexcept;
/// Reads all of `source`. Errors: its own.
[[nodiscard]] result<octet_facts> scan_octets(byte_source& source);

/// `text` with LF as its only line end.
[[nodiscard]] std::string with_lf(std::string_view text);

} // namespace postroom::mime
