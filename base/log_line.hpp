#pragma once

#include "base/log.hpp"

#include <string>
#include <string_view>

/// Part of base/log: how a line looks. Pure.
namespace postroom::log {

/// `{"time":"…","level":"info","event":"mailbox.connected","account":"…"}`. No line end. At most line_bytes_max bytes:
/// fields that do not fit are left out and `"cut":true` says so.
[[nodiscard]] std::string format_json(wall_time when, level of, std::string_view event, fields values);

/// `2026-11-24T02:09:11.123Z info mailbox.connected account=a1 host="a b"`. Values with blanks, quotes or anything
/// escaped stand in quotes. The same limits.
[[nodiscard]] std::string format_text(wall_time when, level of, std::string_view event, fields values);

} // namespace postroom::log
