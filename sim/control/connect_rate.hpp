#pragma once

#include "base/clock.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>

namespace postroom::sim {

/// How fast connections come: exact over a sliding second. Bounded by `second_max`, far above what one thread accepts.
/// Not thread-safe.
class connect_rate {
public:
  static constexpr std::size_t second_max = 100'000;

  void note(mono_time now) {
    forget_before(now);
    if (latest_.size() < second_max)
      latest_.push_back(now);
    peak_ = std::max(peak_, latest_.size());
    ++total_;
  }
  /// In the second before `now`.
  [[nodiscard]] std::size_t last_second(mono_time now) {
    forget_before(now);
    return latest_.size();
  }
  /// The most within any second since the last reset.
  [[nodiscard]] std::size_t peak() const noexcept { return peak_; }
  [[nodiscard]] std::uint64_t total() const noexcept { return total_; }
  void reset_peak(mono_time now) { peak_ = last_second(now); }

private:
  void forget_before(mono_time now) {
    while (!latest_.empty() && now - latest_.front() >= std::chrono::seconds{1})
      latest_.pop_front();
  }

  std::deque<mono_time> latest_;
  std::size_t peak_ = 0;
  std::uint64_t total_ = 0;
};

} // namespace postroom::sim
