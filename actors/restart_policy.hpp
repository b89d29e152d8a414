#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace postroom {

/// When a failed child is started again: exponential from 1 s to 5 min with full jitter; after `failures_max` within
/// `window` it is parked and retried every `parked_retry` only. Plain data: the caller brings time and chance.
class restart_policy {
public:
  static constexpr std::chrono::milliseconds first_delay{1000};
  static constexpr std::chrono::milliseconds delay_max{std::chrono::minutes{5}};
  static constexpr std::uint32_t failures_max = 8;

  /// Counts a failure and tells how long to wait. `chance` in [0,1).
  [[nodiscard]] std::chrono::milliseconds failed(double chance) noexcept {
    ++failures_;
    if (parked())
      return delay_max;
    const std::chrono::milliseconds grown{first_delay.count() << std::min<std::uint32_t>(failures_ - 1, 20)};
    const auto ceiling = std::min(delay_max, grown);
    // Never below a tenth: a child that fails at once must not spin.
    const auto share = 0.1 + 0.9 * chance;
    return std::chrono::milliseconds{static_cast<std::int64_t>(static_cast<double>(ceiling.count()) * share)};
  }
  /// It has worked for a while (a connection of ≥ 5 min, a child that ran ≥ 5 min).
  void worked() noexcept { failures_ = 0; }
  [[nodiscard]] bool parked() const noexcept { return failures_ >= failures_max; }
  [[nodiscard]] std::uint32_t failures() const noexcept { return failures_; }

private:
  std::uint32_t failures_ = 0;
};

} // namespace postroom
