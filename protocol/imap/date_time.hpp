#pragma once

#include "base/clock.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace postroom::imap {

/// Parses `17-Jul-1996 02:44:25 -0700` (RFC 9051 date-time, without its quotes). A one-digit or blank-padded day and a
/// missing zone (taken as UTC) are accepted. Nothing if it is no such date.
[[nodiscard]] std::optional<wall_time> parse_date_time(std::string_view text);

/// The same format in UTC, without quotes: `17-Jul-1996 09:44:25 +0000`. Years outside 0001 to 9999 are clamped.
[[nodiscard]] std::string format_date_time(wall_time time);

} // namespace postroom::imap
