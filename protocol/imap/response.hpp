#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// The values a client receives (RFC 9051 §7, RFC 3501 §7 and the extensions named at each). Values own their text.
namespace postroom::imap {

/// `[NAME argument]` in a status response. Names are upper case; unknown ones are kept with their raw argument.
struct response_code {
  std::string name;
  std::string argument;
};

enum class status_kind : std::uint8_t { ok, no, bad, preauth, bye };

/// OK, NO, BAD, PREAUTH, BYE – tagged (tag not empty) or untagged.
struct status_response {
  std::string tag;
  status_kind kind = status_kind::ok;
  std::optional<response_code> code;
  std::string text;
};

/// `+ …`: the server waits for more of the current command.
struct continuation {
  std::string text;
};

struct capability_data {
  std::vector<std::string> names; ///< upper case
};

struct list_data {
  std::vector<std::string> attributes; ///< e.g. `\Noselect`, `\Sent`
  std::optional<char> separator;
  std::string name; ///< as on the wire (modified UTF-7 in IMAP4rev1)
};

struct folder_status {
  std::string name;
  std::vector<std::pair<std::string, std::uint64_t>> items; ///< UIDNEXT, MESSAGES, …
};

/// SEARCH and ESEARCH: the numbers found, bounded by limits.
struct search_data {
  std::string correlator; ///< the tag an ESEARCH answers, if given
  std::vector<std::uint32_t> numbers;
};

struct exists_data {
  std::uint32_t count = 0;
};
struct recent_data {
  std::uint32_t count = 0;
};
struct expunge_data {
  std::uint32_t sequence = 0;
};
/// RFC 7162 §3.2.10.
struct vanished_data {
  bool earlier = false;
  std::string uids;
};
struct flags_data {
  std::vector<std::string> flags;
};

struct envelope_address {
  std::string name; ///< undecoded (RFC 2047)
  std::string mailbox;
  std::string host;
};

struct envelope {
  std::string date;
  std::string subject;
  std::vector<envelope_address> from, sender, reply_to, to, cc, bcc;
  std::string in_reply_to;
  std::string message_id;
};

/// One node of BODYSTRUCTURE; `children` is not empty for multipart and message/rfc822.
struct body_part {
  std::string type, subtype; ///< lower case
  std::vector<std::pair<std::string, std::string>> parameters;
  std::string content_id, description, encoding;
  std::uint64_t bytes = 0;
  std::string disposition; ///< lower case, empty if none
  std::vector<std::pair<std::string, std::string>> disposition_parameters;
  std::vector<body_part> children;
};

/// One message's FETCH data; what was not sent is empty.
struct fetch_data {
  std::uint32_t sequence = 0;
  std::optional<message_uid> uid;
  std::optional<std::vector<std::string>> flags;
  std::optional<wall_time> internal_date;
  std::optional<std::uint64_t> size; ///< RFC822.SIZE: on Exchange an estimate
  std::optional<std::uint64_t> mod_sequence;
  std::optional<imap::envelope> envelope;
  std::optional<body_part> body_structure;
  /// `BODY[]`: its octets were streamed beforehand (see session_listener); this is how many. Absent: none was sent.
  std::optional<std::uint64_t> streamed_bytes;
  /// `BODY[] NIL`: the server has no octets for a message that it has (RFC 3501 §7.4.2).
  bool body_withheld = false;
  /// `BODY[section]` other than the whole, by section, when it came as a string or small literal.
  std::vector<std::pair<std::string, std::string>> sections;
};

struct id_data {
  std::vector<std::pair<std::string, std::string>> pairs;
};
struct enabled_data {
  std::vector<std::string> names;
};
struct namespace_data {
  std::string raw;
};
/// Well framed but unknown, or broken beyond understanding; bounded. `* 7 GARBAGE …`, Exchange's raw lines.
struct unknown_data {
  std::string text;
};

using response = std::variant<status_response, continuation, capability_data, list_data, folder_status, search_data,
                              exists_data, recent_data, expunge_data, vanished_data, flags_data, fetch_data, id_data,
                              enabled_data, namespace_data, unknown_data>;

} // namespace postroom::imap
