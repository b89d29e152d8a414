#pragma once

#include "base/error.hpp"
#include "base/result.hpp"

#include <caf/error.hpp>
#include <caf/make_message.hpp>
#include <caf/message.hpp>

CAF_ERROR_CODE_ENUM(postroom::errc, "postroom")

/// Where our errors become CAF's and back: once, at an actor's border.
namespace postroom {

/// With its cause, which from_caf() finds in the table of known errors again: one that is not there is lost.
[[nodiscard]] caf::error to_caf(const error& e);
/// Also understands CAF's own codes: a request timeout becomes errc::timeout, an unreachable actor errc::cancelled.
[[nodiscard]] error from_caf(const caf::error& e);

} // namespace postroom
