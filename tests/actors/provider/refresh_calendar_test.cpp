#include "actors/provider/refresh_calendar.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace postroom::provider {
namespace {

using namespace std::chrono_literals;

const mono_time full_hour = std::chrono::floor<std::chrono::hours>(mono_time{1000h});

long minute_of(mono_time at) {
  return std::chrono::floor<std::chrono::minutes>(at - full_hour).count();
}

TEST(refresh_calendar, takes_the_latest_minute_while_there_is_room) {
  refresh_calendar calendar;
  EXPECT_EQ(calendar.plan("a", full_hour, full_hour + 10min, 0.0), full_hour + 9min);
  EXPECT_EQ(calendar.plan("b", full_hour, full_hour + 10min, 0.5), full_hour + 8min + 30s);
  EXPECT_EQ(calendar.planned(), 2U);
}

TEST(refresh_calendar, spreads_what_comes_together_evenly) {
  refresh_calendar calendar;
  std::map<long, int> load;
  for (int i = 0; i < 1000; ++i)
    ++load[minute_of(calendar.plan(std::to_string(i), full_hour, full_hour + 20min, 0.99))];
  ASSERT_EQ(load.size(), 20U);
  for (const auto& [minute, count] : load)
    EXPECT_EQ(count, 50) << minute;
}

TEST(refresh_calendar, fills_the_gaps_that_others_left) {
  refresh_calendar calendar;
  for (int i = 0; i < 30; ++i)
    (void)calendar.plan("old" + std::to_string(i), full_hour + 5min, full_hour + 15min, 0.5);
  for (int i = 0; i < 15; ++i) {
    const auto at = minute_of(calendar.plan("new" + std::to_string(i), full_hour, full_hour + 15min, 0.5));
    EXPECT_LT(at, 5) << i;
  }
}

TEST(refresh_calendar, gives_a_grant_one_place_only) {
  refresh_calendar calendar;
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(minute_of(calendar.plan("a", full_hour, full_hour + 3min, 0.5)), 2);
  EXPECT_EQ(calendar.planned(), 1U);
  calendar.forget("a");
  calendar.forget("a");
  calendar.forget("never there");
  EXPECT_EQ(calendar.planned(), 0U);
  EXPECT_EQ(minute_of(calendar.plan("b", full_hour, full_hour + 3min, 0.5)), 2);
}

TEST(refresh_calendar, stays_within_the_window) {
  refresh_calendar calendar;
  std::minstd_rand random{7};
  std::uniform_real_distribution<double> chance;
  for (int i = 0; i < 2000; ++i) {
    const auto earliest = full_hour + std::chrono::seconds{random() % 5000};
    const auto latest = earliest + std::chrono::seconds{random() % 2000};
    const auto at = calendar.plan(std::to_string(i % 500), earliest, latest, chance(random));
    EXPECT_GE(at, earliest);
    EXPECT_LE(at, latest);
  }
  EXPECT_EQ(calendar.planned(), 500U);
}

TEST(refresh_calendar, has_no_choice_within_a_minute) {
  refresh_calendar calendar;
  EXPECT_EQ(calendar.plan("a", full_hour + 10s, full_hour + 69s, 0.9), full_hour + 10s);
  EXPECT_EQ(calendar.plan("b", full_hour + 10s, full_hour + 10s, 0.9), full_hour + 10s);
  EXPECT_EQ(calendar.plan("c", full_hour + 10s, full_hour - 10s, 0.9), full_hour + 10s);
  // They are counted all the same.
  EXPECT_EQ(minute_of(calendar.plan("d", full_hour, full_hour + 2min, 0.9)), 1);
  EXPECT_EQ(minute_of(calendar.plan("e", full_hour, full_hour + 2min, 0.9)), 1);
}

TEST(refresh_calendar, looks_at_the_last_day_of_a_long_window_only) {
  refresh_calendar calendar;
  for (int i = 0; i < 3000; ++i) {
    const auto at = calendar.plan(std::to_string(i), full_hour, full_hour + 24h * 300, 0.5);
    EXPECT_GE(at, full_hour + 24h * 299);
  }
}

TEST(refresh_calendar, takes_no_chance_for_one_half) {
  refresh_calendar calendar;
  EXPECT_EQ(calendar.plan("a", full_hour, full_hour + 1min, 2.0), full_hour + 30s);
  EXPECT_EQ(calendar.plan("a", full_hour, full_hour + 1min, -1.0), full_hour + 30s);
}

} // namespace
} // namespace postroom::provider
