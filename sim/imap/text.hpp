#pragma once

#include "base/clock.hpp"
#include "sim/imap/number_set.hpp"
#include "sim/mail/mailbox.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The grammar of IMAP commands as far as the stand-in understands them (RFC 3501 §9). Pure.
namespace postroom::sim {

/// Cuts a stream of bytes into commands. A command holds its literals in place, `{n}` CR LF and the octets.
class command_cutter {
public:
  enum class outcome : std::uint8_t {
    need_more,     ///< nothing complete yet
    command,       ///< see text()
    wants_literal, ///< the client waits for a continuation line before it sends a literal
    too_long,      ///< a line or a literal beyond the limits: end the connection
  };

  void append(std::string_view bytes) { buffer_ += bytes; }
  /// The next thing in the buffer. With `plain_line`, braces at the end of a line mean nothing (SASL, IDLE).
  [[nodiscard]] outcome next(bool plain_line);
  /// The command found, without its final CR LF.
  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  /// The command found is done with: an idle connection shall hold no memory.
  void forget_text() { std::string{}.swap(text_); }

private:
  [[nodiscard]] outcome take(std::size_t line_end);

  std::string buffer_;
  std::string text_;
  std::size_t scanned_ = 0;   ///< where the current line begins
  std::size_t announced_ = 0; ///< up to which literal the client has been told to go on
};

/// Reads the arguments of one command from the left. Every function gives nothing when the text does not fit.
class argument_reader {
public:
  explicit argument_reader(std::string_view text) : rest_(text) {}

  /// Anything up to a blank.
  [[nodiscard]] std::optional<std::string_view> word();
  /// Atom, quoted string or literal.
  [[nodiscard]] std::optional<std::string> string();
  /// What stands between balanced parentheses, or nothing when there are none.
  [[nodiscard]] std::optional<std::string_view> list();
  /// One item of FETCH: blanks inside brackets and a partial range belong to it.
  [[nodiscard]] std::optional<std::string_view> fetch_item();
  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }
  [[nodiscard]] bool at_end() const noexcept { return rest_.empty(); }

private:
  void skip_blanks();
  [[nodiscard]] std::optional<std::string> quoted();
  [[nodiscard]] std::optional<std::string> literal();

  std::string_view rest_;
};

/// `24-Nov-2026 02:09:11 +0000`
[[nodiscard]] std::string internal_date_text(wall_time t);
/// `1-Feb-2026`: the beginning of that day in UTC.
[[nodiscard]] std::optional<wall_time> parse_day(std::string_view text);
/// `24-Nov-2026 02:09:11 +0100`
[[nodiscard]] std::optional<wall_time> parse_internal_date(std::string_view text);

[[nodiscard]] std::string upper_case(std::string_view text);
/// In double quotes, with what must be escaped escaped.
[[nodiscard]] std::string quoted_text(std::string_view text);

} // namespace postroom::sim
