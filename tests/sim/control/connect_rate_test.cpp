#include "sim/control/connect_rate.hpp"

#include <gtest/gtest.h>

namespace postroom::sim {
namespace {

using namespace std::chrono_literals;

TEST(connect_rate_test, finds_the_busiest_second_wherever_it_lies) {
  connect_rate rate;
  mono_time now{1h};
  for (int i = 0; i < 10; ++i, now += 100ms)
    rate.note(now); // 0 … 900 ms
  EXPECT_EQ(rate.peak(), 10U);
  EXPECT_EQ(rate.last_second(now), 9U) << "the first is a second old";
  now += 450ms;
  for (int i = 0; i < 8; ++i)
    rate.note(now);
  EXPECT_EQ(rate.last_second(now), 8U + 5U);
  EXPECT_EQ(rate.peak(), 13U);
  rate.reset_peak(now + 500ms);
  EXPECT_EQ(rate.peak(), 8U) << "those of the second before";
  EXPECT_EQ(rate.last_second(now + 1s), 0U);
  EXPECT_EQ(rate.peak(), 8U);
  EXPECT_EQ(rate.total(), 18U);
}

} // namespace
} // namespace postroom::sim
