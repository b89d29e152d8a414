#include "actors/incidents/expiry_watch.hpp"

#include <gtest/gtest.h>

namespace postroom::incidents {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

const wall_time end{std::chrono::sys_days{std::chrono::year{2027} / 3 / 31}};

TEST(expiry_watch, has_a_stage_for_each_threshold) {
  const std::pair<std::chrono::milliseconds, expiry_stage> stages[] = {
      {days{400}, 0},      {days{30} + 1ms, 0},  {days{30}, 30},     {days{14} + 1ms, 30}, {days{14}, 14},
      {days{7} + 1ms, 14}, {days{7}, 7},         {days{1} + 1ms, 7}, {days{1}, 1},         {1ms, 1},
      {0ms, expired},      {-days{100}, expired}};
  for (const auto& [before, stage] : stages)
    EXPECT_EQ(stage_of(end, end - before), stage) << before.count();
}

TEST(expiry_watch, comes_nearer_in_one_direction_only) {
  const expiry_stage order[] = {not_expiring, 30, 14, 7, 1, expired};
  for (std::size_t now = 0; now < std::size(order); ++now)
    for (std::size_t told = 0; told < std::size(order); ++told)
      EXPECT_EQ(is_nearer(order[now], order[told]), now > told) << order[now] << " after " << order[told];
}

TEST(expiry_watch, looks_again_at_the_next_threshold) {
  EXPECT_EQ(look_again_in(end, end - days{30} - 5h), 5h);
  EXPECT_EQ(look_again_in(end, end - days{14} - 1ms), 1ms);
  EXPECT_EQ(look_again_in(end, end - 3h), 3h);
  EXPECT_EQ(look_again_in(end, end - 1ms), 1ms);
}

TEST(expiry_watch, looks_again_every_day_at_least) {
  EXPECT_EQ(look_again_in(end, end - days{700}), days{1});
  EXPECT_EQ(look_again_in(end, end - days{20}), days{1});
  EXPECT_EQ(look_again_in(end, end - days{30}), days{1}); // this one is passed
}

TEST(expiry_watch, does_not_look_again_when_it_is_over) {
  EXPECT_EQ(look_again_in(end, end), std::nullopt);
  EXPECT_EQ(look_again_in(end, end + 1h), std::nullopt);
}

TEST(expiry_watch, meets_every_threshold_when_it_looks_when_it_should) {
  auto now = end - days{40} - 123ms;
  std::vector<expiry_stage> seen{not_expiring};
  while (const auto in = look_again_in(end, now)) {
    ASSERT_GT(*in, 0ms);
    now += *in;
    if (const auto stage = stage_of(end, now); stage != seen.back())
      seen.push_back(stage);
  }
  EXPECT_EQ(seen, (std::vector<expiry_stage>{not_expiring, 30, 14, 7, 1, expired}));
}

TEST(expiry_watch, counts_days_begun) {
  EXPECT_EQ(days_left(end, end - days{30}), 30);
  EXPECT_EQ(days_left(end, end - days{30} + 1ms), 30);
  EXPECT_EQ(days_left(end, end - 1ms), 1);
  EXPECT_EQ(days_left(end, end), 0);
  EXPECT_EQ(days_left(end, end + days{5}), 0);
}

} // namespace
} // namespace postroom::incidents
