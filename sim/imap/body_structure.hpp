#pragma once

#include "sim/imap/message_parts.hpp"

#include <string>
#include <string_view>

namespace postroom::sim {

/// Deviations from RFC 3501 §7.4.2 that a server is known for.
struct structure_quirks {
  /// Exchange's, each in a few mails of a hundred, always the same: a disposition as plain string or `(NIL NIL)`, no
  /// disposition at all, NIL as type of an empty part.
  bool exchange = false;
};

/// The BODYSTRUCTURE of a mail or, not `extended`, its BODY (RFC 3501 §7.4.2). `mail` comes from read_parts(raw).
[[nodiscard]] std::string body_structure_text(std::string_view raw, const message_part& mail, bool extended,
                                              structure_quirks quirks = {});

} // namespace postroom::sim
