#include "actors/outbox/retry_plan.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace postroom::outbox {
namespace {

using namespace std::chrono_literals;
using smtp::failure_class;
using std::chrono::milliseconds;

struct expectation {
  failure_class klass;
  milliseconds first;
  milliseconds most;
  milliseconds horizon;
};

constexpr auto day = 24h;
const expectation retried[] = {
    {failure_class::server_unavailable, 15s, 15min, 5 * day}, {failure_class::auth_unavailable, 15s, 15min, 5 * day},
    {failure_class::throttled, 1min, 10min, 5 * day},         {failure_class::quota_exhausted, 30min, 2h, 5 * day},
    {failure_class::auth_rejected, 1min, 30min, 5 * day},     {failure_class::auth_disabled, 10min, 1h, 5 * day},
    {failure_class::sender_denied, 5min, 1h, 1 * day},        {failure_class::recipient_deferred, 1min, 1h, 2 * day},
    {failure_class::message_deferred, 1min, 1h, 2 * day},     {failure_class::protocol, 1min, 1h, 1 * day},
};
constexpr double almost_one = 0.999'999'999;

TEST(retry_plan, waits_longer_each_time_up_to_its_limit) {
  for (const auto& e : retried) {
    SCOPED_TRACE(to_string(e.klass));
    auto ceiling = e.first;
    for (std::uint32_t times = 1; times <= 40; ++times) {
      const auto least = next_attempt({e.klass, times, {}, {}}, 0.0);
      const auto most = next_attempt({e.klass, times, {}, {}}, almost_one);
      ASSERT_TRUE(least && most);
      EXPECT_EQ(*least, ceiling / 2) << times;
      EXPECT_LE(*most, ceiling) << times;
      EXPECT_GE(*most, ceiling - 2ms) << times;
      ceiling = std::min(e.most, ceiling * 2);
    }
    EXPECT_EQ(ceiling, e.most);
  }
}

TEST(retry_plan, gives_up_at_the_horizon_of_the_class) {
  for (const auto& e : retried) {
    SCOPED_TRACE(to_string(e.klass));
    EXPECT_TRUE(next_attempt({e.klass, 9, e.horizon - 1ms, e.horizon}, 0.5));
    EXPECT_FALSE(next_attempt({e.klass, 9, e.horizon, e.horizon}, 0.5));
  }
}

TEST(retry_plan, gives_up_an_old_mail_whatever_the_reason) {
  for (const auto& e : retried) {
    EXPECT_TRUE(next_attempt({e.klass, 9, 1s, age_max - 1ms}, 0.5)) << to_string(e.klass);
    EXPECT_FALSE(next_attempt({e.klass, 9, 1s, age_max}, 0.5)) << to_string(e.klass);
  }
}

TEST(retry_plan, does_not_try_again_what_cannot_help) {
  for (const auto klass : {failure_class::recipient_rejected, failure_class::message_rejected, failure_class::too_large,
                           failure_class::not_supported})
    EXPECT_FALSE(next_attempt({klass, 1, {}, {}}, 0.5)) << to_string(klass);
}

TEST(retry_plan, outlasts_four_days_when_a_server_is_away) {
  // RFC 5321 §4.5.4.1: the give-up time generally needs to be at least 4–5 days.
  EXPECT_TRUE(next_attempt({failure_class::server_unavailable, 400, 4 * day, 4 * day}, 0.5));
}

} // namespace
} // namespace postroom::outbox
