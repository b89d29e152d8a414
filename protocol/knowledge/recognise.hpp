#pragma once

#include "protocol/knowledge/entry.hpp"

namespace postroom::knowledge {

/// The case that a text tells of: a key, an AADSTS number, or what a server or an identity platform answered, as people
/// paste it from a log. Null when nothing is known of it. Looks at the first 16 KiB. What a machine has read from the
/// wire itself is classified by oauth2/, imap/ and smtp/, which know where in the conversation it came.
[[nodiscard]] const entry* recognise(std::string_view text);

} // namespace postroom::knowledge
