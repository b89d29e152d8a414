#pragma once

#include "base/clock.hpp"

#include <algorithm>
#include <chrono>

namespace postroom::admission {

/// Spaces connection attempts to one host evenly: a restart with thousands of mailboxes must not look like an attack.
/// Plain data.
class pacer {
public:
  explicit pacer(double per_second)
      : gap_(std::chrono::duration_cast<mono_time::duration>(std::chrono::duration<double>(1.0 / per_second))) {}

  /// When the next attempt may start; each call takes one place in the row.
  [[nodiscard]] mono_time next(mono_time now) {
    // A second's worth may start together: single reconnects are not delayed after a quiet time.
    const auto burst = std::chrono::seconds{1};
    next_ = std::max(next_ + gap_, now - burst);
    return std::max(next_, now);
  }

private:
  mono_time::duration gap_;
  mono_time next_{};
};

} // namespace postroom::admission
