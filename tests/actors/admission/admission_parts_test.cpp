#include "actors/admission/credit_pool.hpp"
#include "actors/restart_policy.hpp"

#include <gtest/gtest.h>

namespace postroom::admission {
namespace {

using namespace std::chrono_literals;

TEST(credit_pool, books_until_nothing_is_free) {
  credit_pool<int> pool{100};
  EXPECT_TRUE(pool.want(25, 1));
  EXPECT_TRUE(pool.want(25, 2));
  EXPECT_TRUE(pool.want(25, 3));
  EXPECT_TRUE(pool.want(25, 4));
  EXPECT_FALSE(pool.want(1, 5));
  EXPECT_EQ(pool.waiting(), 1U);
  EXPECT_EQ(pool.free_bytes(), 0U);
  pool.give_back({25, false});
  const auto served = pool.serve();
  ASSERT_TRUE(served);
  EXPECT_EQ(served->first, 5);
  EXPECT_EQ(pool.free_bytes(), 24U);
}

TEST(credit_pool, serves_in_the_order_asked) {
  credit_pool<int> pool{100};
  for (int i = 0; i < 4; ++i)
    ASSERT_TRUE(pool.want(25, i));
  EXPECT_FALSE(pool.want(20, 10));
  EXPECT_FALSE(pool.want(1, 11)) << "a small wish must not overtake";
  pool.give_back({10, false});
  EXPECT_FALSE(pool.serve());
  pool.give_back({15, false});
  EXPECT_EQ(pool.serve()->first, 10);
  EXPECT_EQ(pool.serve()->first, 11);
}

TEST(credit_pool, lets_large_mails_through_one_at_a_time) {
  credit_pool<int> pool{100};
  for (int i = 0; i < 4; ++i)
    ASSERT_TRUE(pool.want(25, i));
  const auto first = pool.want(1000, 20);
  ASSERT_TRUE(first) << "larger than the pool, and the pool is empty: the lane is free";
  EXPECT_TRUE(first->large_lane);
  EXPECT_FALSE(pool.want(1000, 21));
  EXPECT_FALSE(pool.serve());
  pool.give_back(*first);
  EXPECT_EQ(pool.serve()->first, 21);
}

TEST(credit_pool, never_grows_beyond_its_size) {
  credit_pool<int> pool{100};
  pool.give_back({1000, false});
  EXPECT_EQ(pool.free_bytes(), 100U);
}

TEST(restart_policy, grows_then_parks_then_recovers) {
  restart_policy policy;
  EXPECT_LE(policy.failed(0.999), 1s);
  auto last = 0ms;
  for (std::uint32_t i = 1; i < restart_policy::failures_max; ++i)
    last = policy.failed(0.999);
  EXPECT_TRUE(policy.parked());
  EXPECT_EQ(last, restart_policy::delay_max);
  policy.worked();
  EXPECT_FALSE(policy.parked());
  EXPECT_LE(policy.failed(0.5), 1s);
}

TEST(restart_policy, never_spins) {
  restart_policy policy;
  for (int i = 0; i < 100; ++i)
    EXPECT_GE(policy.failed(0.0), 100ms);
}

} // namespace
} // namespace postroom::admission
