#pragma once

#include "sim/imap/header_fields.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::sim {

/// As a quoted string or, where that cannot hold it (8-bit octets, line ends, great length), a literal; NUL is left
/// out.
[[nodiscard]] std::string imap_string(std::string_view text);
/// NIL for nothing.
[[nodiscard]] std::string imap_nstring(const std::optional<std::string>& text);

/// The ENVELOPE of a mail (RFC 3501 §7.4.2) from its header fields: date, subject, from, sender, reply-to, to, cc, bcc,
/// in-reply-to and message-id, in parentheses. Sender and reply-to default to from. Encoded words stay encoded; of each
/// list the first 1,000 addresses are told.
[[nodiscard]] std::string envelope_text(const std::vector<header_field>& fields);

} // namespace postroom::sim
