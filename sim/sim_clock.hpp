#pragma once

#include "base/clock.hpp"

#include <chrono>

namespace postroom::sim {

/// The stand-in's clock: the machine's, or another in tests, put wrong on demand. Only wall time is moved; deadlines go
/// on as they were. Not thread-safe.
class sim_clock final : public clock {
public:
  explicit sim_clock(const clock& truth) : truth_(truth) {}

  [[nodiscard]] wall_time now() const override { return truth_.now() + skew_; }
  [[nodiscard]] mono_time ticks() const override { return truth_.ticks(); }
  void set_skew(std::chrono::milliseconds skew) { skew_ = skew; }
  [[nodiscard]] std::chrono::milliseconds skew() const { return skew_; }

private:
  const clock& truth_;
  std::chrono::milliseconds skew_{0};
};

} // namespace postroom::sim
