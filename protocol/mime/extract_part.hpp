#pragma once

#include "base/result.hpp"
#include "protocol/mime/byte_source.hpp"

#include <functional>
#include <span>
#include <string_view>

namespace postroom::mime {

/// Takes the next piece of decoded content; an error stops the extraction and is its result.
using content_sink = std::function<result<void>(std::span<const char>)>;

/// Streams the content of one part, transfer encoding removed, charset as it is, to `sink` in order. `part` is
/// `attachment::part`. Errors: `not_found` when the mail has no such part, the source's, the sink's. Bounded memory.
[[nodiscard]] result<void> extract_part(byte_source& source, std::string_view part, const content_sink& sink);

} // namespace postroom::mime
