#include "base/clock.hpp"

#include <cstdio>

namespace postroom {

wall_time system_clock::now() const {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

mono_time system_clock::ticks() const {
  return std::chrono::steady_clock::now();
}

manual_clock::manual_clock(wall_time start) : now_(start) {
}

wall_time manual_clock::now() const {
  std::lock_guard lock{mutex_};
  return now_;
}

mono_time manual_clock::ticks() const {
  std::lock_guard lock{mutex_};
  return ticks_;
}

void manual_clock::advance(std::chrono::milliseconds by) {
  std::lock_guard lock{mutex_};
  now_ += by;
  ticks_ += by;
}

std::string to_rfc3339(wall_time t) {
  const auto day = std::chrono::floor<std::chrono::days>(t);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{t - day};
  char out[40];
  std::snprintf(out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
  return out;
}

} // namespace postroom
