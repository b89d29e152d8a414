#pragma once

#include "protocol/mime/header_fields.hpp"
#include "protocol/mime/parsed_message.hpp"
#include "protocol/mime/part_scanner.hpp"

#include <bitset>
#include <vector>

namespace postroom::mime {

using defect_set = std::bitset<defect_count>;

/// Fills in everything of `message` that its own header fields tell, and what kind of automatic mail it is.
void read_message_headers(const std::vector<header_field>& fields, const part_header& header, parsed_message& message,
                          defect_set& defects);

} // namespace postroom::mime
