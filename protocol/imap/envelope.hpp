#pragma once

#include "protocol/imap/response.hpp"
#include "protocol/imap/token_reader.hpp"

#include <optional>

namespace postroom::imap {

/// Reads an ENVELOPE (RFC 9051 §7.5.2). Tolerates missing fields at its end and strings for empty address lists.
/// Addresses beyond limits::mime_addresses_max are left out. Nothing if it is broken; the position is then undefined.
[[nodiscard]] std::optional<envelope> read_envelope(token_reader& in);

} // namespace postroom::imap
