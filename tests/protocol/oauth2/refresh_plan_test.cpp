#include "protocol/oauth2/refresh_plan.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace postroom::oauth2 {
namespace {

using namespace std::chrono_literals;

constexpr double middle = 0.5; // no shift

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
