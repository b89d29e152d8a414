#pragma once

#include "protocol/imap/parse_response.hpp"
#include "protocol/imap/token_reader.hpp"

namespace postroom::imap {

/// Reads `(UID 5 FLAGS () …)` of a FETCH in any order of items (RFC 9051 §7.5.2). Never fails: what was understood is
/// kept, above all UID and FLAGS, and the quirks tell what was lost.
[[nodiscard]] parsed_response parse_fetch(token_reader& in, std::uint32_t sequence);

} // namespace postroom::imap
