#pragma once

#include "protocol/mime/parsed_message.hpp"
#include "protocol/mime/part_scanner.hpp"

#include <vector>

namespace postroom::mime {

/// Tells mail of machines from mail of people by header fields alone (RFC 3834, RFC 3464, RFC 8098, RFC 5965).
/// `message` must have its addresses and automatic-mail fields already.
[[nodiscard]] automatic_kind classify(const std::vector<header_field>& fields, const part_header& header,
                                      const parsed_message& message);

} // namespace postroom::mime
