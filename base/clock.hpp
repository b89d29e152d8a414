#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace postroom {

/// Wall time with millisecond resolution: what is stored, logged and shown.
using wall_time = std::chrono::sys_time<std::chrono::milliseconds>;
/// Monotonic time: what deadlines, timers and token lifetimes in memory are measured with.
using mono_time = std::chrono::steady_clock::time_point;

/// Where all parts take the time from. Thread-safe.
class clock {
public:
  virtual ~clock() = default;
  [[nodiscard]] virtual wall_time now() const = 0;
  [[nodiscard]] virtual mono_time ticks() const = 0;
};

/// The machine's clocks.
class system_clock final : public clock {
public:
  [[nodiscard]] wall_time now() const override;
  [[nodiscard]] mono_time ticks() const override;
};

/// Time that stands still until told to move; both clocks move together.
class manual_clock final : public clock {
public:
  explicit manual_clock(wall_time start = wall_time{std::chrono::hours{24 * 365 * 50}});
  [[nodiscard]] wall_time now() const override;
  [[nodiscard]] mono_time ticks() const override;
  void advance(std::chrono::milliseconds by);

private:
  mutable std::mutex mutex_;
  wall_time now_;
  mono_time ticks_{std::chrono::hours{1}};
};

/// Milliseconds since 1970, as records keep times.
[[nodiscard]] constexpr std::int64_t to_ms(wall_time t) noexcept {
  return t.time_since_epoch().count();
}

/// RFC 3339 in UTC with milliseconds: `2026-11-24T02:09:11.123Z`.
[[nodiscard]] std::string to_rfc3339(wall_time t);

} // namespace postroom
