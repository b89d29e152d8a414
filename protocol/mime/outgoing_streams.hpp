#pragma once

#include "base/error.hpp"
#include "protocol/mime/byte_source.hpp"
#include "protocol/mime/gmime_library.hpp"
#include "protocol/mime/outgoing_buffer.hpp"

#include <optional>

/// Our ends of GMime's streams. Only included by .cpp files.
namespace postroom::mime {

/// GMime only knows that a stream failed, and here and there not even that: what failed first, source or sink, is kept
/// here. Once it is set, nothing more is written.
using stream_failure = std::optional<error>;

enum class line_ends : bool {
  kept,
  as_lf, ///< CRLF, bare CR and bare LF become LF
};

/// GMime registers its types on first use without a lock: call this before anything else of GMime that writes.
void prepare_gmime_writing();

/// Reads `source`; ending before its size is a failure too. All must outlive the stream.
[[nodiscard]] gobject_ptr<GMimeStream> stream_from(byte_source& source, line_ends ends, stream_failure& failure);
/// Writes to `buffer`.
[[nodiscard]] gobject_ptr<GMimeStream> stream_into(outgoing_buffer& buffer, stream_failure& failure);

} // namespace postroom::mime
