#pragma once

#include "base/result.hpp"
#include "protocol/mime/byte_source.hpp"
#include "protocol/mime/parsed_message.hpp"

namespace postroom::mime {

/// Reads a mail (RFC 5322, 2045–2047, 2231) out of `source`, front to back. Never fails because of what the mail
/// contains: broken MIME yields what can be had and `defects`. Fails only with the source's own error. Memory is
/// bounded whatever the mail's size (limits::mime_*). Thread-safe for distinct sources.
[[nodiscard]] result<parsed_message> parse_message(byte_source& source);

} // namespace postroom::mime
