#include "api/rate_limit.hpp"

#include <gtest/gtest.h>

namespace postroom::api {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::make_address;

struct rate_limit : testing::Test {
  std::optional<std::chrono::seconds> ask(const char* from) {
    return limiter.refused(from ? std::optional{make_address(from)} : std::nullopt, now);
  }
  mono_time now{1h};
  rate_limiter limiter{{{30, 3}, {600, 20}, 4}};
};

TEST_F(rate_limit, lets_a_burst_through_and_then_the_rate) {
  for (int i = 0; i < 3; ++i)
    EXPECT_FALSE(ask("192.0.2.1"));
  EXPECT_EQ(ask("192.0.2.1"), 2s);
  now += 1999ms;
  EXPECT_EQ(ask("192.0.2.1"), 1s);
  now += 1ms;
  EXPECT_FALSE(ask("192.0.2.1"));
  EXPECT_TRUE(ask("192.0.2.1"));
  now += 24h;
  for (int i = 0; i < 3; ++i)
    EXPECT_FALSE(ask("192.0.2.1"));
  EXPECT_TRUE(ask("192.0.2.1")) << "a long pause saves up no more than a burst";
}

TEST_F(rate_limit, counts_an_ipv6_network_as_one) {
  for (const auto* each : {"2001:db8::1", "2001:db8::2", "2001:db8:0:0:ffff::"})
    EXPECT_FALSE(ask(each));
  EXPECT_TRUE(ask("2001:db8::4"));
  EXPECT_FALSE(ask("2001:db8:0:1::4"));
  for (const auto* each : {"192.0.2.1", "::ffff:192.0.2.1", "192.0.2.1"})
    EXPECT_FALSE(ask(each));
  EXPECT_TRUE(ask("::ffff:192.0.2.1"));
}

TEST_F(rate_limit, bounds_all_together) {
  for (int i = 0; i < 20; ++i)
    EXPECT_FALSE(ask(("192.0.2." + std::to_string(i)).c_str())) << i;
  EXPECT_EQ(ask("192.0.2.200"), 1s);
  EXPECT_TRUE(ask(nullptr));
  now += 100ms;
  EXPECT_FALSE(ask(nullptr));
}

TEST_F(rate_limit, remembers_only_so_many) {
  for (int i = 0; i < 3; ++i)
    EXPECT_FALSE(ask("192.0.2.1"));
  for (int i = 2; i < 5; ++i)
    EXPECT_FALSE(ask(("192.0.2." + std::to_string(i)).c_str()));
  EXPECT_EQ(limiter.addresses(), 4U);
  EXPECT_TRUE(ask("192.0.2.1")) << "used again, so not the oldest";
  EXPECT_FALSE(ask("192.0.2.6"));
  EXPECT_EQ(limiter.addresses(), 4U);
  EXPECT_TRUE(ask("192.0.2.1"));
  for (int i = 10; i < 14; ++i)
    EXPECT_FALSE(ask(("192.0.2." + std::to_string(i)).c_str()));
  EXPECT_FALSE(ask("192.0.2.1")) << "forgotten";
}

TEST_F(rate_limit, gains_nothing_from_a_clock_that_goes_back) {
  for (int i = 0; i < 3; ++i)
    EXPECT_FALSE(ask("192.0.2.1"));
  now -= 30min;
  EXPECT_TRUE(ask("192.0.2.1"));
}

} // namespace
} // namespace postroom::api
