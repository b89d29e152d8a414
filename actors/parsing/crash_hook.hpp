#pragma once

#include "protocol/mime/byte_source.hpp"

namespace postroom::parsing {

/// Kills the process when the mail's headers contain `X-Postroom-Crash: abort`. Only in builds with
/// POSTROOM_CRASH_ON_MARKED_MAIL, with which tests show that a crashing parser is survived; otherwise does nothing.
void crash_if_marked(mime::byte_source& source);

} // namespace postroom::parsing
