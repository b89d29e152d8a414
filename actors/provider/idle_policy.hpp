#pragma once

#include <chrono>

namespace postroom::provider {

/// Unused refresh tokens die: at Entra after 90 days, at Google after six months. A grant that nobody
/// asks for is refreshed every week, give or take a day, so that thousands of them do not stay in step.
inline constexpr std::chrono::hours idle_period{7 * 24};
inline constexpr std::chrono::hours idle_spread{24};
/// However chance falls, never later than this after the last refresh: a month is left to notice that it fails.
inline constexpr std::chrono::hours idle_limit{60 * 24};
static_assert(idle_period + idle_spread <= idle_limit);

/// How long from now until a grant that nobody asks for is refreshed; zero: now. `since_refresh`: since the last
/// refresh or sign-in, by wall time; negative (the clock was set back) counts as just now. `chance` in [0, 1). Pure.
[[nodiscard]] std::chrono::milliseconds idle_refresh_in(std::chrono::milliseconds since_refresh, double chance);

} // namespace postroom::provider
