#pragma once

#include "base/result.hpp"
#include "protocol/mime/compose.hpp"
#include "protocol/mime/gmime_library.hpp"
#include "protocol/mime/outgoing_streams.hpp"

namespace postroom::mime {

/// What a mail says below its own header, ready to be written.
struct outgoing_body {
  gobject_ptr<GMimeObject> root;
  bool eight_bit = false;
};

/// Builds `multipart/mixed(multipart/related(multipart/alternative(text, html), images), files)` with only the levels
/// needed. Reads forwarded mails once, to learn whether they can travel as they are. `what` and `failure` must outlive
/// the body. Errors: those of the sources.
[[nodiscard]] result<outgoing_body> build_body(const outgoing_message& what, stream_failure& failure);

} // namespace postroom::mime
