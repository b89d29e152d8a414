#pragma once

#include "base/clock.hpp"
#include "protocol/oauth2/failure.hpp"

#include <chrono>
#include <optional>

/// When to ask for tokens, and when not. Pure arithmetic on monotonic time; randomness comes from the caller.
namespace postroom::oauth2 {

/// A token with less left is not handed out: logins take time.
inline constexpr std::chrono::seconds token_remaining_min{120};

/// A token's life.
struct token_times {
  mono_time issued; ///< when the answer arrived
  std::chrono::seconds expires_in{0};
  std::optional<std::chrono::seconds> refresh_in;
};

struct refresh_plan {
  mono_time refresh_at;   ///< begin to refresh; a failure is a warning only until usable_until
  mono_time usable_until; ///< hand the token out no longer than this
  mono_time expires_at;
};

/// Refresh at the earliest of refresh_in, 75 % of the life and 5 minutes before the end, moved by up to ±10 % of that
/// span (`jitter` in [0, 1) spreads tokens issued together), and never after usable_until. Lives are taken as at
/// most a year.
[[nodiscard]] refresh_plan plan_refresh(const token_times& token, double jitter) noexcept;

/// When to try again after a failure; nothing means: not before somebody has acted (a new sign-in, a changed
/// configuration). `failures` counts those in a row, from 1. Transient faults wait 1 s·2ⁿ with full jitter, 5 minutes
/// at most, never less than the failure's retry_after; a broken app is probed every 5 minutes (one probe for all
/// its grants), policy hourly, a user's task every 6 hours, a dead grant never – but what may be a false alarm is tried
/// once more first.
[[nodiscard]] std::optional<std::chrono::milliseconds> retry_delay(const token_failure& failure, unsigned failures,
                                                                   double jitter) noexcept;

} // namespace postroom::oauth2
