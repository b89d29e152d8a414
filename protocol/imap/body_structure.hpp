#pragma once

#include "protocol/imap/response.hpp"
#include "protocol/imap/token_reader.hpp"

#include <optional>

namespace postroom::imap {

/// Reads a BODY or BODYSTRUCTURE value (RFC 9051 §7.5.2). Understands Exchange's deviations (quirk::odd_body_structure:
/// NIL as type, a disposition as plain string or `(NIL NIL)`, missing fields). Nothing if it is broken, deeper than
/// limits::imap_nesting_max or has more than limits::mime_parts_max parts; the position is then undefined.
[[nodiscard]] std::optional<body_part> read_body_structure(token_reader& in);

} // namespace postroom::imap
