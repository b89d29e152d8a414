#include "actors/admission/host_row.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace postroom::admission {
namespace {

using namespace std::chrono_literals;

constexpr mono_time start{1h};

/// Starts everyone who waits, as the actor does with its timer; when each started.
std::vector<mono_time> drain(host_row& row, mono_time& now) {
  std::vector<mono_time> started;
  while (const auto next = row.next()) {
    now = std::max(now, *next);
    while (row.take(now))
      started.push_back(now);
  }
  return started;
}

std::size_t busiest_second(const std::vector<mono_time>& started) {
  std::size_t busiest = 0;
  for (auto first = started.begin(); first != started.end(); ++first)
    busiest = std::max(busiest, static_cast<std::size_t>(std::lower_bound(first, started.end(), *first + 1s) - first));
  return busiest;
}

TEST(host_row, spaces_a_storm_evenly_and_never_exceeds_the_rate) {
  host_row row{200};
  for (std::uint64_t i = 0; i < 10'000; ++i)
    row.push(i);
  auto now = start;
  const auto started = drain(row, now);
  ASSERT_EQ(started.size(), 10'000U);
  EXPECT_LE(busiest_second(started), 200U);
  EXPECT_LE(started.back() - started.front(), 57s) << "nearly all of the rate is used";
}

TEST(host_row, keeps_the_rate_when_the_timer_is_late) {
  host_row row{200};
  for (std::uint64_t i = 0; i < 2000; ++i)
    row.push(i);
  auto now = start;
  std::vector<mono_time> started;
  while (const auto next = row.next()) {
    now = std::max(now, *next) + 40ms;
    while (row.take(now))
      started.push_back(now);
  }
  EXPECT_LE(busiest_second(started), 200U);
  EXPECT_LE(started.back() - started.front(), 13s);
}

TEST(host_row, forgets_who_gives_up) {
  host_row row{200};
  for (std::uint64_t i = 0; i < 4; ++i)
    row.push(i);
  row.drop(0);
  row.drop(2);
  row.drop(7);
  EXPECT_EQ(row.waiting(), 2U);
  auto now = start;
  EXPECT_EQ(row.take(now), 1U);
  now = *row.next();
  EXPECT_EQ(row.take(now), 3U);
  EXPECT_FALSE(row.next());
}

TEST(host_row, begins_at_half_the_rate) {
  host_row row{200};
  for (std::uint64_t i = 0; i < 1000; ++i)
    row.push(i);
  auto now = start;
  const auto started = drain(row, now);
  const auto first_second = std::count_if(started.begin(), started.end(), [](auto t) { return t < start + 1s; });
  EXPECT_LE(first_second, 121) << "a few together, then half";
  EXPECT_GE(first_second, 95);
}

TEST(host_row, does_not_delay_after_a_quiet_time) {
  host_row row{20};
  row.push(1);
  EXPECT_EQ(row.take(start), 1U);
  row.push(2);
  row.push(3);
  EXPECT_EQ(row.take(start + 1h), 2U);
  EXPECT_EQ(row.take(start + 1h), 3U) << "a few together";
}

TEST(host_row, serves_in_the_order_asked) {
  host_row row{1000};
  for (std::uint64_t i = 0; i < 10; ++i)
    row.push(i);
  auto now = start;
  for (std::uint64_t i = 0; i < 10; ++i) {
    now += 10ms;
    EXPECT_EQ(row.take(now), i);
  }
  EXPECT_FALSE(row.next());
}

TEST(host_row, probes_what_nobody_reaches_and_goes_on_at_the_rate) {
  host_row row{200};
  for (std::uint32_t i = 0; i < host_row::failures_until_down; ++i) {
    EXPECT_FALSE(row.down());
    row.failed(start);
  }
  EXPECT_TRUE(row.down());
  for (std::uint64_t i = 0; i < 1000; ++i)
    row.push(i);
  auto now = start;
  std::size_t probes = 0;
  while (*row.next() < start + 60s) {
    now = *row.next();
    while (row.take(now))
      ++probes;
    row.failed(now);
  }
  EXPECT_GE(probes, 12U);
  EXPECT_LE(probes, 15U);
  row.arrived();
  EXPECT_FALSE(row.down());
  const auto started = drain(row, now);
  EXPECT_EQ(started.size(), 1000U - probes);
  EXPECT_LE(busiest_second(started), 200U);
}

TEST(host_row, forgives_failures_between_arrivals) {
  host_row row{200};
  for (int i = 0; i < 100; ++i) {
    row.failed(start);
    row.failed(start);
    row.arrived();
  }
  EXPECT_FALSE(row.down());
}

} // namespace
} // namespace postroom::admission
