#pragma once

#include "base/clock.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace postroom::http {

/// IMF-fixdate (RFC 9110 §5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`. The obsolete forms are not sent by anybody here;
/// nothing for them and for anything else. A leap second counts as the next second.
[[nodiscard]] std::optional<wall_time> parse_date(std::string_view text) noexcept;
/// The same form, for years 0 to 9999; to the second.
[[nodiscard]] std::string format_date(wall_time at);

} // namespace postroom::http
