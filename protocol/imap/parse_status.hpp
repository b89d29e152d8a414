#pragma once

#include "protocol/imap/quirks.hpp"
#include "protocol/imap/response.hpp"

#include <optional>
#include <string_view>

namespace postroom::imap {

/// OK, NO, BAD, PREAUTH or BYE, if the word is one of them.
[[nodiscard]] std::optional<status_kind> parse_status_kind(std::string_view word);

/// Reads what follows the status word: `[CODE arguments] text` (RFC 9051 §7.1) into `out`.
void parse_status_text(std::string_view text, status_response& out, quirks& seen);

} // namespace postroom::imap
