#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::mime {

/// One mailbox of an address header. Both are valid UTF-8; `address` is empty when the header held only a name.
struct address {
  std::string name;
  std::string address;
  friend bool operator==(const mime::address&, const mime::address&) = default;
};

enum class disposition : std::uint8_t {
  attachment, ///< a file of its own
  embedded,   ///< `Content-Disposition: inline`, or a part that the HTML refers to by its Content-ID
};

/// What is known of one part that is not the text or HTML shown. Its content is had by `extract_part`.
struct attachment {
  std::string part;         ///< number as in IMAP (RFC 9051 §6.4.5): `2.1`
  std::string filename;     ///< decoded, valid UTF-8, without directories; empty when not named
  std::string content_type; ///< `type/subtype` in lower case
  std::uint64_t bytes = 0;  ///< size after the transfer encoding is removed, counted
  mime::disposition disposition = mime::disposition::attachment;
  std::string content_id; ///< without angle brackets; empty when there is none
};

/// What kind of automatic mail this is, most telling first (RFC 3834, 3464, 8098, 5965; RFC 2919 for lists).
enum class automatic_kind : std::uint8_t {
  none,            ///< written by a person, as far as can be told
  bounce,          ///< delivery status notification, or a null return path
  receipt,         ///< disposition notification (read receipt)
  feedback_report, ///< abuse report
  auto_reply,      ///< out-of-office and other answers by a machine
  auto_generated,  ///< a notice nobody asked for in person
  list,            ///< sent through a mailing list
  bulk,            ///< Precedence: bulk or junk
};
/// The name in events: `bounce`, `auto_reply`, …
[[nodiscard]] std::string_view to_string(automatic_kind kind) noexcept;

/// What an event tells of a mail. Every string is valid UTF-8 without NUL and bounded by base/limits.hpp.
struct parsed_message {
  std::vector<address> from, sender, reply_to, to, cc, bcc;
  std::string subject;
  std::optional<wall_time> date; ///< what the Date header claims; nothing when it cannot be read
  std::string message_id;        ///< without angle brackets, as are the two below
  std::string in_reply_to;
  std::vector<std::string> references; ///< oldest first; the middle is left out beyond limits::mime_references_max
  std::string thread_topic;
  std::string thread_index;
  std::string auto_submitted;
  std::string precedence;
  std::string list_id;
  std::string x_auto_response_suppress;

  std::string text; ///< text/plain content, LF line ends
  std::string html;
  bool text_truncated = false;
  bool html_truncated = false;
  std::vector<attachment> attachments;

  automatic_kind automatic = automatic_kind::none;
  /// Exchange could not convert the mail and sent a text of its own in its stead; a later fetch may bring the mail.
  bool server_placeholder = false;
  /// What was wrong with the mail, each at most once: `missing_boundary`, `invalid_header`, …
  std::vector<std::string> defects;
};

} // namespace postroom::mime
