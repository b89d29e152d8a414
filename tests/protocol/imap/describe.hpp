#pragma once

#include "base/clock.hpp"
#include "protocol/imap/response.hpp"

#include <string>
#include <string_view>

/// Responses as one line of text, so that a test's expectation can be read at a glance.
namespace postroom::imap::testing {

[[nodiscard]] std::string describe(const response& value);
[[nodiscard]] std::string describe(const body_part& part);
[[nodiscard]] std::string describe(const envelope& value);

} // namespace postroom::imap::testing
