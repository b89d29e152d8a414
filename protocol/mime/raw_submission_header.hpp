#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "protocol/mime/raw_submission.hpp"

#include <string>
#include <string_view>

namespace postroom::mime {

struct rewritten_header {
  std::string block; ///< without the empty line behind it
  raw_facts facts;   ///< what the header alone tells
};

/// Makes the header that is sent out of the one handed in: `block`, whose lines end in CRLF and are at most
/// limits::submission_line_bytes_max long. Errors: `invalid_argument`, `too_large` (a list of addresses that would have
/// to be cut off).
[[nodiscard]] result<rewritten_header> rewrite_header(std::string_view block, const std::string& message_id,
                                                      wall_time now);

} // namespace postroom::mime
