#include "base/clock.hpp"

#include <gtest/gtest.h>

namespace postroom {
namespace {

using namespace std::chrono_literals;

TEST(rfc3339, is_utc_with_milliseconds) {
  EXPECT_EQ(to_rfc3339(wall_time{0ms}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(wall_time{1'795'486'151'123ms}), "2026-11-24T02:09:11.123Z");
  EXPECT_EQ(to_rfc3339(std::chrono::sys_days{std::chrono::February / 29 / 2024} + 23h + 59min + 59s + 999ms),
            "2024-02-29T23:59:59.999Z");
}

TEST(rfc3339, knows_the_time_before_the_epoch) {
  EXPECT_EQ(to_rfc3339(wall_time{-1ms}), "1969-12-31T23:59:59.999Z");
}

TEST(manual_clock, moves_both_clocks_and_only_when_told) {
  manual_clock time{wall_time{1s}};
  const auto ticks = time.ticks();
  EXPECT_EQ(time.now(), wall_time{1s});
  time.advance(250ms);
  EXPECT_EQ(time.now(), wall_time{1250ms});
  EXPECT_EQ(time.ticks() - ticks, 250ms);
}

TEST(system_clock, goes_on) {
  const system_clock time;
  EXPECT_GT(time.now(), wall_time{std::chrono::sys_days{std::chrono::January / 1 / 2024}});
  const auto before = time.ticks();
  EXPECT_GE(time.ticks(), before);
}

} // namespace
} // namespace postroom
