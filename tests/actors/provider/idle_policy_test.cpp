#include "actors/provider/idle_policy.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace postroom::provider {
namespace {

using namespace std::chrono_literals;
using std::chrono::days;

TEST(idle_policy, is_a_week_give_or_take_a_day) {
  EXPECT_EQ(idle_refresh_in(0ms, 0.0), days{6});
  EXPECT_EQ(idle_refresh_in(0ms, 0.5), days{7});
  EXPECT_LT(idle_refresh_in(0ms, 0.999), days{8});
  EXPECT_GT(idle_refresh_in(0ms, 0.999), days{8} - 10min);
}

TEST(idle_policy, counts_from_the_last_refresh) {
  EXPECT_EQ(idle_refresh_in(days{2}, 0.5), days{5});
  EXPECT_EQ(idle_refresh_in(days{7}, 0.5), 0ms);
}

TEST(idle_policy, does_it_now_after_a_long_time_without_us) {
  for (const double chance : {0.0, 0.5, 0.999}) {
    EXPECT_EQ(idle_refresh_in(days{8}, chance), 0ms);
    EXPECT_EQ(idle_refresh_in(days{60}, chance), 0ms);
    EXPECT_EQ(idle_refresh_in(std::chrono::milliseconds::max(), chance), 0ms); // never refreshed
  }
}

TEST(idle_policy, takes_a_clock_that_was_set_back_for_just_now) {
  EXPECT_EQ(idle_refresh_in(-days{400}, 0.5), days{7});
  EXPECT_EQ(idle_refresh_in(std::chrono::milliseconds::min(), 0.5), days{7});
}

TEST(idle_policy, keeps_to_the_limit_for_any_chance) {
  for (const double chance : {-1.0, 0.0, 0.3, 1.0, 7.0, std::numeric_limits<double>::quiet_NaN()}) {
    const auto in = idle_refresh_in(days{1}, chance);
    EXPECT_GE(in, 0ms);
    EXPECT_LE(days{1} + in, idle_limit);
  }
}

} // namespace
} // namespace postroom::provider
