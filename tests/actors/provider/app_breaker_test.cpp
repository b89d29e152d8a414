#include "actors/provider/app_breaker.hpp"

#include "tests/actors/provider/refusals.hpp"

#include <gtest/gtest.h>

namespace postroom::provider {
namespace {

using namespace std::chrono_literals;
using enum app_breaker::advice;

const mono_time start{100h};

oauth2::token_failure broken() {
  return refusal_of(401, "invalid_client", {7000222});
}

oauth2::token_failure busy(const std::string& retry_after) {
  return refusal_of(503, "temporarily_unavailable", {}, {}, retry_after);
}

TEST(app_breaker, lets_all_pass_while_all_is_well) {
  app_breaker breaker;
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(breaker.may_ask(start), ask);
  EXPECT_FALSE(breaker.open());
  EXPECT_FALSE(breaker.refusal());
  EXPECT_FALSE(breaker.retry_at());
  EXPECT_FALSE(breaker.worked());
}

TEST(app_breaker, opens_with_the_first_fault_of_the_application) {
  app_breaker breaker;
  EXPECT_TRUE(breaker.failed(broken(), start, 0.5));
  EXPECT_TRUE(breaker.open());
  EXPECT_EQ(breaker.refusal()->code, errc::app_misconfigured);
  EXPECT_EQ(breaker.refusal()->cause, "AADSTS7000222");
  EXPECT_EQ(breaker.retry_at(), start + 5min);
  EXPECT_EQ(breaker.may_ask(start + 5min - 1ms), refuse);
}

TEST(app_breaker, lets_one_probe_pass_when_it_is_due) {
  app_breaker breaker;
  (void)breaker.failed(broken(), start, 0.5);
  EXPECT_EQ(breaker.may_ask(start + 5min), probe);
  EXPECT_EQ(breaker.may_ask(start + 5min), refuse);
  EXPECT_FALSE(breaker.failed(broken(), start + 5min + 1s, 0.5)); // it was open
  EXPECT_EQ(breaker.retry_at(), start + 10min + 1s);
  EXPECT_EQ(breaker.may_ask(start + 10min), refuse);
  EXPECT_EQ(breaker.may_ask(start + 10min + 1s), probe);
  EXPECT_TRUE(breaker.worked());
  EXPECT_EQ(breaker.may_ask(start + 10min + 2s), ask);
}

TEST(app_breaker, waits_as_long_as_a_busy_platform_says) {
  for (const unsigned status : {429U, 500U, 503U}) {
    app_breaker breaker;
    EXPECT_TRUE(breaker.failed(refusal_of(status, "", {}, {}, "120"), start, 0.0)) << status;
    EXPECT_GE(*breaker.retry_at(), start + 2min);
    EXPECT_LE(*breaker.retry_at(), start + 2min + 1s);
    EXPECT_EQ(breaker.may_ask(start + 119s), refuse);
  }
}

TEST(app_breaker, waits_longer_each_time_a_probe_finds_the_platform_busy) {
  app_breaker breaker;
  auto now = start;
  (void)breaker.failed(busy("10"), now, 0.999);
  auto last = *breaker.retry_at() - now;
  for (int i = 0; i < 5; ++i) {
    now = *breaker.retry_at();
    ASSERT_EQ(breaker.may_ask(now), probe);
    EXPECT_FALSE(breaker.failed(busy("10"), now, 0.999));
    EXPECT_GT(*breaker.retry_at() - now, last);
    last = *breaker.retry_at() - now;
  }
  // Not for ever longer: tokens end meanwhile.
  for (int i = 0; i < 100; ++i) {
    now = *breaker.retry_at();
    ASSERT_EQ(breaker.may_ask(now), probe);
    EXPECT_FALSE(breaker.failed(busy("10"), now, 0.999));
    EXPECT_LE(*breaker.retry_at() - now, 10s + 32s);
  }
}

TEST(app_breaker, takes_three_in_a_row_when_the_platform_does_not_say_for_how_long) {
  app_breaker breaker;
  EXPECT_FALSE(breaker.failed(busy({}), start, 0.5));
  EXPECT_FALSE(breaker.failed(busy({}), start, 0.5));
  EXPECT_FALSE(breaker.worked());
  EXPECT_FALSE(breaker.failed(busy({}), start, 0.5));
  EXPECT_FALSE(breaker.failed(busy({}), start, 0.5));
  EXPECT_EQ(breaker.may_ask(start), ask);
  EXPECT_TRUE(breaker.failed(busy({}), start, 0.5));
  EXPECT_EQ(breaker.may_ask(start), refuse);
}

// A mangled refresh token is answered like a mangled request; the others' are well.
TEST(app_breaker, does_not_shut_all_out_for_one_bad_grant) {
  const oauth2::token_failure doubtful[] = {
      refusal_of(400, "invalid_request", {9002313}), refusal_of(400, "invalid_grant", {700005}),
      refusal_of(400, "invalid_grant", {70002, 500133}), refusal_of(400, "invalid_scope", {70011})};
  for (const auto& each : doubtful) {
    ASSERT_EQ(each.kind, oauth2::failure_class::app_broken) << each.error;
    app_breaker breaker;
    for (int day = 0; day < 10; ++day) {
      EXPECT_FALSE(breaker.failed(each, start, 0.5));
      EXPECT_FALSE(breaker.failed(each, start, 0.5));
      EXPECT_FALSE(breaker.worked());
    }
    EXPECT_FALSE(breaker.failed(each, start, 0.5));
    EXPECT_FALSE(breaker.failed(each, start, 0.5));
    EXPECT_TRUE(breaker.failed(each, start, 0.5)); // nobody else's works either
  }
}

TEST(app_breaker, is_not_concerned_with_grants) {
  for (const auto& each :
       {refusal_of(400, "invalid_grant", {700082}, "bad_token"), refusal_of(400, "invalid_grant", {50076}),
        refusal_of(400, "invalid_grant", {53003}), refusal_of(400, "invalid_grant", {50196}),
        refusal_of(400, "authorization_pending", {70016}), refusal_of(400, "never heard of")}) {
    app_breaker breaker;
    for (int i = 0; i < 10; ++i)
      EXPECT_FALSE(breaker.failed(each, start, 0.5)) << each.error;
    EXPECT_EQ(breaker.may_ask(start), ask);
  }
}

TEST(app_breaker, closes_when_the_platform_looks_at_a_grant_again) {
  for (const auto& each : {refusal_of(400, "invalid_grant", {700082}), refusal_of(400, "invalid_grant", {50076}),
                           refusal_of(400, "invalid_grant", {53003})}) {
    app_breaker breaker;
    (void)breaker.failed(broken(), start, 0.5);
    ASSERT_EQ(breaker.may_ask(start + 5min), probe);
    EXPECT_FALSE(breaker.failed(each, start + 5min, 0.5));
    EXPECT_FALSE(breaker.open());
  }
}

TEST(app_breaker, learns_nothing_from_an_answer_nobody_knows) {
  app_breaker breaker;
  (void)breaker.failed(broken(), start, 0.5);
  ASSERT_EQ(breaker.may_ask(start + 5min), probe);
  EXPECT_FALSE(breaker.failed(refusal_of(400, "never heard of"), start + 5min, 0.5));
  EXPECT_TRUE(breaker.open());
  EXPECT_EQ(breaker.may_ask(start + 5min + 59s), refuse);
  EXPECT_EQ(breaker.may_ask(start + 6min), probe);
}

TEST(app_breaker, probes_again_when_the_platform_was_not_reached) {
  app_breaker breaker;
  breaker.unreachable();
  EXPECT_EQ(breaker.may_ask(start), ask);
  (void)breaker.failed(broken(), start, 0.5);
  ASSERT_EQ(breaker.may_ask(start + 5min), probe);
  breaker.unreachable();
  EXPECT_EQ(breaker.may_ask(start + 5min + 30s), refuse);
  EXPECT_EQ(breaker.may_ask(start + 6min), probe);
}

TEST(app_breaker, does_not_wait_for_ever_for_a_lost_probe) {
  app_breaker breaker;
  (void)breaker.failed(broken(), start, 0.5);
  ASSERT_EQ(breaker.may_ask(start + 5min), probe);
  EXPECT_EQ(breaker.may_ask(start + 6min - 1ms), refuse);
  EXPECT_EQ(breaker.may_ask(start + 6min), probe);
}

TEST(app_breaker, does_not_count_those_that_were_under_way) {
  app_breaker breaker;
  (void)breaker.failed(busy("30"), start, 0.0);
  const auto first = *breaker.retry_at();
  for (int i = 0; i < 100; ++i)
    EXPECT_FALSE(breaker.failed(busy("30"), start, 0.0));
  EXPECT_EQ(breaker.retry_at(), first);
  EXPECT_FALSE(breaker.failed(busy("90"), start, 0.0)); // but what they say of the time stands
  EXPECT_EQ(breaker.retry_at(), start + 90s);
  EXPECT_FALSE(breaker.failed(busy("10"), start, 0.0));
  EXPECT_EQ(breaker.retry_at(), start + 90s);
}

} // namespace
} // namespace postroom::provider
