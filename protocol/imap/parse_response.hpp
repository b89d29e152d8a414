#pragma once

#include "protocol/imap/quirks.hpp"
#include "protocol/imap/response.hpp"
#include "protocol/imap/response_framer.hpp"

#include <optional>
#include <string>

namespace postroom::imap {

/// A response and what was tolerated in reading it.
struct parsed_response {
  response value;
  quirks seen;
  /// The whole message, when `BODY[]` came inside the frame (as a quoted string); its length is in
  /// fetch_data::streamed_bytes as if it had been streamed.
  std::optional<std::string> inline_body;
};

/// Parses one whole response (RFC 9051 §7). Total: what cannot be understood becomes unknown_data with a quirk, so that
/// every frame has a value and the caller decides what is fatal. Free text is cut to server_text_bytes_max. Work and
/// memory are linear in the frame; nesting is bounded by limits::imap_nesting_max. Pure.
[[nodiscard]] parsed_response parse_response(const frame& source);

} // namespace postroom::imap
