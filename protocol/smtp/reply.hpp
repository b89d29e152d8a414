#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace postroom::smtp {

/// An enhanced status code (RFC 3463): `5.7.60`.
struct enhanced_status {
  std::uint16_t klass = 0; ///< 2, 4 or 5
  std::uint16_t subject = 0;
  std::uint16_t detail = 0;
  friend bool operator==(const enhanced_status&, const enhanced_status&) = default;
};

/// A whole reply (RFC 5321 §4.2), however many lines it had.
struct reply {
  std::uint16_t code = 0;
  std::optional<enhanced_status> enhanced; ///< of the first line that has one whose class fits the code
  std::string text; ///< without codes; lines separated by LF; valid UTF-8 without control characters; bounded

  [[nodiscard]] bool positive() const noexcept { return code >= 200 && code < 300; }
  [[nodiscard]] bool transient() const noexcept { return code >= 400 && code < 500; }
  [[nodiscard]] bool permanent() const noexcept { return code >= 500; }
};

/// `550 5.7.60 SMTP; Client does not have permissions`, on one line: the server's words for people.
[[nodiscard]] std::string to_string(const reply& r);

} // namespace postroom::smtp
