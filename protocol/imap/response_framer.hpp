#pragma once

#include "base/limits.hpp"
#include "base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace postroom::imap {

/// The literal of a frame whose octets were handed through and are not in the frame's text.
struct streamed_literal {
  std::size_t offset = 0; ///< of its `{` in the text
  std::uint64_t bytes = 0;
};

/// One whole response: its text without the final line end, with literals as they came (`{3}` CRLF `abc`).
struct frame {
  frame() = default;
  frame(std::string_view whole) : text(whole) {} // NOLINT: a plain text is a frame
  std::string_view text;
  std::optional<streamed_literal> streamed;
  bool bare_line_feed = false; ///< a line of it ended in LF without CR
};

/// `BODY[] {n}` of a FETCH was announced; its octets follow as body_piece.
struct body_start {
  std::uint32_t sequence = 0;
  std::uint64_t bytes = 0;
};
/// The next octets of the body, a view into the input.
struct body_piece {
  std::string_view octets;
};
/// All input was consumed and no response is complete.
struct need_more {};

/// Cuts a byte stream into whole responses. Knows line ends, literal counts and what a whole-message item looks like,
/// nothing else of the grammar, so that a malformed response never costs the boundary of the next (RFC 9051 §4.3,
/// §2.2.2). A whole message's literal (`BODY[]`, `BODY[]<o>`, `RFC822`, `BINARY[]` of a FETCH) is announced and handed
/// through, never buffered; at most one per response, further ones count as inline. Literals are not looked for in
/// status lines, whose text is free. Not thread-safe.
class response_framer {
public:
  struct bounds {
    std::size_t line_bytes_max = limits::imap_line_bytes_max;                     ///< a response without literals
    std::size_t inline_literal_bytes_max = limits::imap_inline_literal_bytes_max; ///< all literals kept, together
    std::uint64_t body_bytes_max = limits::imap_body_bytes_max;
  };
  using piece = std::variant<need_more, frame, body_start, body_piece>;

  response_framer() = default;
  explicit response_framer(bounds b) : bounds_(b) {}

  /// Consumes from the front of `input` and returns the next piece; call until need_more. Views are valid until the
  /// next call and while the input lives. Errors (errc::too_large when a limit is broken) are final.
  [[nodiscard]] result<piece> next(std::span<const char>& input);
  /// Whether part of a response was received.
  [[nodiscard]] bool half_read() const { return body_left_ != 0 || !started_empty(); }
  /// Gives memory back when nothing is half-read. Invalidates views.
  void release();
  /// Forgets everything received.
  void reset();
  [[nodiscard]] std::size_t buffered_bytes() const { return buffer_.capacity() > sso_bytes ? buffer_.capacity() : 0; }

private:
  static constexpr std::size_t sso_bytes = 15;

  [[nodiscard]] bool started_empty() const { return buffer_.empty() || frame_done_; }
  [[nodiscard]] result<piece> end_line(std::span<const char>& input, std::size_t length);
  [[nodiscard]] result<piece> open_literal(std::size_t brace, std::uint64_t bytes);

  bounds bounds_;
  std::string buffer_;            ///< the half-read response
  std::size_t segment_ = 0;       ///< where in it the current line begins, i.e. after the last literal
  std::uint64_t body_left_ = 0;   ///< octets of the body still to come
  std::size_t literal_left_ = 0;  ///< octets of an inline literal still to come
  std::size_t line_bytes_ = 0;    ///< of this response, without literals
  std::size_t literal_bytes_ = 0; ///< of this response's inline literals
  std::optional<streamed_literal> streamed_;
  bool frame_done_ = false; ///< buffer_ holds a frame already handed out
  bool bare_line_feed_ = false;
};

} // namespace postroom::imap
