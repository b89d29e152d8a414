#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "protocol/mime/byte_source.hpp"
#include "protocol/mime/parsed_message.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// Mails that Postroom writes itself, out of what an application handed in.
namespace postroom::mime {

/// Where the octets of a mail go, in order. An error ends the work that produces them.
class byte_sink {
public:
  virtual ~byte_sink() = default;
  [[nodiscard]] virtual result<void> write(std::string_view octets) = 0;
};

/// A file to be attached, or a whole mail to be forwarded (`message/rfc822`, which is never encoded: RFC 2046 §5.2.1;
/// one that holds NUL or too long a line travels as a file with the ending `.eml` instead).
struct outgoing_attachment {
  std::string filename;
  std::string content_type; ///< `type/subtype`, without parameters; empty: application/octet-stream
  std::string content_id;   ///< without angle brackets; with it the HTML may refer to the part; empty: none
  mime::disposition disposition = mime::disposition::attachment;
  std::shared_ptr<byte_source> content;
};

/// A mail as an application describes it. Every text is UTF-8.
struct outgoing_message {
  address from;
  std::vector<address> reply_to, to, cc; ///< blind copies stand in the envelope alone
  std::string subject;
  std::optional<std::string> text;
  std::optional<std::string> html;
  std::vector<std::pair<std::string, std::string>> headers; ///< further ones
  std::vector<outgoing_attachment> attachments;
  std::string message_id; ///< without angle brackets, as are the two below
  std::string in_reply_to;
  std::vector<std::string> references;
  wall_time date{};
};

struct field_complaint {
  std::string field; ///< `to[2]`, `headers.X-Ticket`, `attachments[0].filename`
  std::string problem;
  friend bool operator==(const field_complaint&, const field_complaint&) = default;
};

/// What is wrong with one address: its form (RFC 5321 §4.1.2, RFC 6531), its length, characters that could break a
/// header or a command. Nothing when it is fine. Domains may be international; quoted local parts are allowed.
[[nodiscard]] std::optional<std::string> problem_of_address(std::string_view address);
/// Whether an address needs SMTPUTF8.
[[nodiscard]] bool needs_utf8(std::string_view address) noexcept;

/// Everything that is wrong with a mail: addresses, control characters (line ends above all: header injection), headers
/// that are ours to write (From, To, Bcc, Date, Message-ID, MIME-Version, Content-*, DKIM-*, Received, …), sizes and
/// counts. Empty: compose() can write it.
[[nodiscard]] std::vector<field_complaint> check(const outgoing_message& what);

struct composed {
  std::uint64_t bytes = 0;
  bool eight_bit = false; ///< holds octets above 127: only inside forwarded mails
  bool utf8 = false;      ///< a header holds raw UTF-8, since an address needs it (RFC 6532)
};

/// Writes the mail with CRLF line ends, in pieces of at most 64 KiB; holds no attachment in memory, and reads forwarded
/// mails twice. The same mail is the same octets each time. Blocks as long as its sources and the sink do. Errors:
/// `invalid_argument` when check() complains or there is no message id, those of the sources and of the sink; what the
/// sink got by then is no mail.
[[nodiscard]] result<composed> compose(const outgoing_message& what, byte_sink& into);

} // namespace postroom::mime
