#pragma once

#include "base/clock.hpp"

#include <string>

namespace postroom::sim {

/// As header fields and greetings carry it, in UTC (RFC 5322 §3.3): `Tue, 24 Nov 2026 02:09:11 +0000`.
[[nodiscard]] std::string mail_date_text(wall_time t);

} // namespace postroom::sim
