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

/// When to try again after a failure; nothing means: not before somebody has acted (a new sign-in, a changed
/// configuration). `failures` counts those in a row, from 1. Transient faults wait 1 s·2ⁿ with full jitter, 5 minutes
/// at most, never less than the failure's retry_after; a broken app is probed every 5 minutes (one probe for all
/// its grants), policy hourly, a user's task every 6 hours, a dead grant never – but what may be a false alarm is tried
/// once more first.
[[nodiscard]] std::optional<std::chrono::milliseconds> retry_delay(const token_failure& failure, unsigned failures,
                                                                   double jitter) noexcept;

} // namespace postroom::oauth2
