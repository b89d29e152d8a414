#include "actors/provider/refresh_calendar.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace postroom::provider {
namespace {

using namespace std::chrono_literals;

const mono_time start = std::chrono::floor<std::chrono::hours>(mono_time{1000h});

long minute_of(mono_time at) {
  return std::chrono::floor<std::chrono::minutes>(at - start).count();
}

TEST(refresh_calendar, takes_the_latest_minute_while_there_is_room) {
  refresh_calendar calendar;
  EXPECT_EQ(calendar.plan("a", start, start + 10min, 0.0), start + 9min);
  EXPECT_EQ(calendar.plan("b", start, start + 10min, 0.5), start + 8min + 30s);
  EXPECT_EQ(calendar.planned(), 2U);
}

TEST(refresh_calendar, spreads_what_comes_together_evenly) {
  refresh_calendar calendar;
  std::map<long, int> load;
  for (int i = 0; i < 1000; ++i)
    ++load[minute_of(calendar.plan(std::to_string(i), start, start + 20min, 0.99))];
  ASSERT_EQ(load.size(), 20U);
  for (const auto& [minute, count] : load)
    EXPECT_EQ(count, 50) << minute;
}

TEST(refresh_calendar, fills_the_gaps_that_others_left) {
  refresh_calendar calendar;
  for (int i = 0; i < 30; ++i)
    (void)calendar.plan("old" + std::to_string(i), start + 5min, start + 15min, 0.5);
  for (int i = 0; i < 15; ++i) {
    const auto at = minute_of(calendar.plan("new" + std::to_string(i), start, start + 15min, 0.5));
    EXPECT_LT(at, 5) << i;
  }
}

TEST(refresh_calendar, gives_a_grant_one_place_only) {
  refresh_calendar calendar;
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(minute_of(calendar.plan("a", start, start + 3min, 0.5)), 2);
  EXPECT_EQ(calendar.planned(), 1U);
  calendar.forget("a");
  calendar.forget("a");
  calendar.forget("never there");
  EXPECT_EQ(calendar.planned(), 0U);
  EXPECT_EQ(minute_of(calendar.plan("b", start, start + 3min, 0.5)), 2);
}

TEST(refresh_calendar, stays_within_the_window) {
  refresh_calendar calendar;
  std::minstd_rand random{7};
  std::uniform_real_distribution<double> chance;
  for (int i = 0; i < 2000; ++i) {
    const auto earliest = start + std::chrono::seconds{random() % 5000};
    const auto latest = earliest + std::chrono::seconds{random() % 2000};
    const auto at = calendar.plan(std::to_string(i % 500), earliest, latest, chance(random));
    EXPECT_GE(at, earliest);
    EXPECT_LE(at, latest);
  }
  EXPECT_EQ(calendar.planned(), 500U);
}

TEST(refresh_calendar, has_no_choice_within_a_minute) {
  refresh_calendar calendar;
  EXPECT_EQ(calendar.plan("a", start + 10s, start + 69s, 0.9), start + 10s);
  EXPECT_EQ(calendar.plan("b", start + 10s, start + 10s, 0.9), start + 10s);
  EXPECT_EQ(calendar.plan("c", start + 10s, start - 10s, 0.9), start + 10s);
  // They are counted all the same.
  EXPECT_EQ(minute_of(calendar.plan("d", start, start + 2min, 0.9)), 1);
  EXPECT_EQ(minute_of(calendar.plan("e", start, start + 2min, 0.9)), 1);
}

TEST(refresh_calendar, looks_at_the_last_day_of_a_long_window_only) {
  refresh_calendar calendar;
  for (int i = 0; i < 3000; ++i) {
    const auto at = calendar.plan(std::to_string(i), start, start + 24h * 300, 0.5);
    EXPECT_GE(at, start + 24h * 299);
  }
}

TEST(refresh_calendar, takes_no_chance_for_one_half) {
  refresh_calendar calendar;
  EXPECT_EQ(calendar.plan("a", start, start + 1min, 2.0), start + 30s);
  EXPECT_EQ(calendar.plan("a", start, start + 1min, -1.0), start + 30s);
}

} // namespace
} // namespace postroom::provider
