#include "protocol/oauth2/refresh_plan.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace postroom::oauth2 {
namespace {

using namespace std::chrono_literals;

constexpr mono_time start{100h};
constexpr double middle = 0.5; // no shift

TEST(refresh_plan, takes_three_quarters_of_the_life) {
  const auto plan = plan_refresh({start, 4000s, {}}, middle);
  EXPECT_EQ(plan.refresh_at - start, 3000s);
  EXPECT_EQ(plan.usable_until - start, 3880s);
  EXPECT_EQ(plan.expires_at - start, 4000s);
}

TEST(refresh_plan, leaves_five_minutes_of_short_lives) {
  EXPECT_EQ(plan_refresh({start, 600s, {}}, middle).refresh_at - start, 300s);
}

TEST(refresh_plan, obeys_refresh_in) {
  EXPECT_EQ(plan_refresh({start, 24h, 12h}, middle).refresh_at - start, 12h);
  EXPECT_EQ(plan_refresh({start, 1h, 2h}, middle).refresh_at - start, 45min);
}

TEST(refresh_plan, jitter_moves_by_a_tenth) {
  EXPECT_EQ(plan_refresh({start, 4000s, {}}, 0.0).refresh_at - start, 2700s);
  EXPECT_LT(plan_refresh({start, 4000s, {}}, 0.999).refresh_at - start, 3300s);
  EXPECT_GT(plan_refresh({start, 4000s, {}}, 0.999).refresh_at - start, 3299s);
}

TEST(refresh_plan, never_comes_after_the_token_is_of_no_use) {
  for (const auto life : {-5s, 0s, 1s, 119s, 120s, 121s, 300s, 301s, 3600s, std::chrono::seconds::max()})
    for (const double jitter : {0.0, 0.5, 0.999, -1.0, 7.0, std::numeric_limits<double>::quiet_NaN()}) {
      const auto plan = plan_refresh({start, life, {}}, jitter);
      EXPECT_GE(plan.refresh_at, start);
      EXPECT_LE(plan.refresh_at, plan.usable_until);
      EXPECT_LE(plan.usable_until, std::max(plan.expires_at - 120s, start));
    }
}

token_failure failure(failure_class kind, retry again = retry::never, std::optional<std::chrono::seconds> wait = {}) {
  token_failure out;
  out.kind = kind;
  out.retry = again;
  out.retry_after = wait;
  return out;
}

TEST(retry_delay, follows_the_class) {
  EXPECT_EQ(retry_delay(failure(failure_class::app_broken), 1, middle), 5min);
  EXPECT_EQ(retry_delay(failure(failure_class::grant_dead), 1, middle), std::nullopt);
  EXPECT_EQ(retry_delay(failure(failure_class::user_must_act), 1, middle), 6h);
  EXPECT_EQ(retry_delay(failure(failure_class::policy, retry::slowly), 1, middle), 1h);
  EXPECT_EQ(retry_delay(failure(failure_class::policy, retry::slowly, 2h), 1, middle), 2h);
  EXPECT_EQ(retry_delay(failure(failure_class::policy, retry::never), 1, middle), std::nullopt);
}

TEST(retry_delay, tries_a_possible_false_alarm_once) {
  EXPECT_EQ(retry_delay(failure(failure_class::grant_dead, retry::once), 1, middle), 5s);
  EXPECT_EQ(retry_delay(failure(failure_class::grant_dead, retry::once, 60s), 1, middle), 60s);
  EXPECT_EQ(retry_delay(failure(failure_class::grant_dead, retry::once), 2, middle), std::nullopt);
  EXPECT_EQ(retry_delay(failure(failure_class::app_broken, retry::once, 60s), 1, middle), 60s);
  EXPECT_EQ(retry_delay(failure(failure_class::app_broken, retry::once), 2, middle), 5min);
}

TEST(retry_delay, backs_off_from_passing_faults) {
  const auto f = failure(failure_class::transient, retry::by_backoff);
  EXPECT_EQ(retry_delay(f, 1, 0.5), 500ms);
  EXPECT_EQ(retry_delay(f, 4, 0.5), 4s);
  EXPECT_EQ(retry_delay(f, 9, 0.5), 128s);
  EXPECT_EQ(retry_delay(f, 10, 0.5), 150s);
  EXPECT_EQ(retry_delay(f, 4'000'000'000U, 0.5), 150s);
  EXPECT_EQ(retry_delay(f, 0, 0.0), 250ms);
}

TEST(retry_delay, waits_at_least_what_the_server_says) {
  const auto f = failure(failure_class::transient, retry::by_backoff, 60s);
  EXPECT_GE(*retry_delay(f, 1, 0.0), 60s);
  EXPECT_LE(*retry_delay(f, 1, 0.999), 61s);
}

} // namespace
} // namespace postroom::oauth2
