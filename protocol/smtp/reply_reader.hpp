#pragma once

#include "base/result.hpp"
#include "protocol/smtp/reply.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace postroom::smtp {

/// Cuts the server's octets into replies (RFC 5321 §4.2). Tolerates a bare LF as line end and a code without a text;
/// nothing else. Holds at most one line and the text of one reply. Not thread-safe.
class reply_reader {
public:
  /// The next whole reply, whose octets are taken off the front; nothing: more are needed, and all were taken.
  /// `protocol_violation` for what is no reply, `too_large` beyond the limits; the reader is of no use afterwards.
  [[nodiscard]] result<std::optional<reply>> next(std::span<const char>& octets);

  /// Whether a reply has begun that has not ended.
  [[nodiscard]] bool half_read() const noexcept { return !line_.empty() || lines_ != 0; }
  /// Forgets a reply half read, and its memory.
  void reset();

private:
  /// True: that was the reply's last line.
  result<bool> take(std::string_view line);

  std::string line_; ///< a line half read
  reply whole_;
  std::size_t lines_ = 0; ///< of the reply now being read
};

/// The enhanced status code at the beginning of `text` if its class fits `code`, and taken off together with the blank
/// behind it.
[[nodiscard]] std::optional<enhanced_status> take_enhanced(std::uint16_t code, std::string_view& text) noexcept;

} // namespace postroom::smtp
