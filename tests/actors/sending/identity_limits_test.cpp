#include "actors/sending/identity_limits.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace postroom::sending {
namespace {

using namespace std::chrono_literals;
using smtp::failure_class;

constexpr mono_time start{1h};
constexpr wall_time today{std::chrono::hours{24 * 20'000}};

const verdict logged_in{};
const verdict mail_taken{.failure = {}, .not_before = {}, .mail_taken = true};

identity_limits limited(identity_rules rules) {
  identity_limits out;
  out.set_rules(rules);
  return out;
}

TEST(identity_limits, hands_out_so_many_connections_and_no_more) {
  auto one = limited({0, 2, 0});
  EXPECT_TRUE(one.take_connection());
  EXPECT_TRUE(one.take_connection());
  EXPECT_FALSE(one.take_connection());
  one.return_connection();
  EXPECT_TRUE(one.take_connection());
  auto unlimited = limited({});
  for (int i = 0; i < 1000; ++i)
    EXPECT_TRUE(unlimited.take_connection());
}

TEST(identity_limits, giving_back_too_much_does_not_make_more) {
  auto one = limited({0, 1, 0});
  one.return_connection();
  EXPECT_TRUE(one.take_connection());
  EXPECT_FALSE(one.take_connection());
}

TEST(identity_limits, no_minute_sees_more_than_the_rate_and_a_quarter) {
  std::mt19937 random{3}; // NOLINT: the same each time
  for (const std::uint32_t rate : {1U, 7U, 25U, 30U, 1000U}) {
    auto one = limited({rate, 0, 0});
    std::vector<mono_time> sent;
    auto now = start;
    while (now < start + 1h) {
      // Storms, pauses, and a steady stream.
      const auto wait = one.take_message(now, 1min);
      if (wait <= 1min)
        sent.push_back(now + wait);
      if (random() % (50 + 4 * rate) == 0)
        now += std::chrono::seconds{random() % 120};
      else if (random() % 3 == 0 || wait > 1min)
        now += std::chrono::milliseconds{random() % (60'000 / rate + 2)};
    }
    ASSERT_GT(sent.size(), rate * 10UL);
    std::sort(sent.begin(), sent.end());
    const auto most = rate + rate / 4 + 1;
    for (std::size_t i = 0; i + most < sent.size(); ++i)
      ASSERT_GE(sent[i + most] - sent[i], 60s) << rate << " a minute, " << i;
  }
}

TEST(identity_limits, uses_its_rate_up_when_there_is_always_something_to_send) {
  auto one = limited({30, 0, 0});
  std::chrono::milliseconds last{};
  for (int i = 0; i < 307; ++i)
    last = one.take_message(start, 24h);
  EXPECT_LE(last, 10min) << "ten minutes' worth and what may go at once";
  EXPECT_GE(last, 10min - 10s);
}

TEST(identity_limits, a_turn_that_is_too_far_off_is_not_taken) {
  auto one = limited({1, 0, 0});
  EXPECT_EQ(one.take_message(start, 5s), 0s);
  const auto wait = one.take_message(start, 5s);
  EXPECT_GT(wait, 5s);
  EXPECT_EQ(one.take_message(start, 5s), wait) << "the second would wait twice as long if the first had taken it";
}

TEST(identity_limits, without_a_rate_nothing_waits) {
  auto one = limited({});
  for (int i = 0; i < 10'000; ++i)
    EXPECT_EQ(one.take_message(start, 1s), 0s);
}

TEST(identity_limits, counts_recipients_of_twenty_four_hours) {
  auto one = limited({0, 0, 100});
  EXPECT_FALSE(one.refuse_recipients(100, today));
  EXPECT_TRUE(one.refuse_recipients(101, today));
  EXPECT_EQ(one.served(60, today).recipients, 60U);
  EXPECT_EQ(one.served(40, today + 5h).hour, (today + 5h).time_since_epoch() / 1h);
  const auto why = one.refuse_recipients(1, today + 5h);
  ASSERT_TRUE(why);
  EXPECT_EQ(why->klass, failure_class::quota_exhausted);
  EXPECT_TRUE(one.refuse_recipients(60, why->until - 1ms)) << "until then it would be refused again";
  EXPECT_FALSE(one.refuse_recipients(60, why->until));
  EXPECT_TRUE(one.refuse_recipients(61, why->until));
  EXPECT_FALSE(one.refuse_recipients(100, today + 31h));
}

TEST(identity_limits, who_did_not_get_the_mail_is_counted_back_in_his_hour) {
  auto one = limited({0, 0, 100});
  const auto early = one.served(60, today);
  const auto late = one.served(40, today + 5h);
  one.not_served({early.hour, 50});
  EXPECT_EQ(one.recipients_of_day(today + 5h), 50U);
  EXPECT_FALSE(one.refuse_recipients(50, today + 5h));
  EXPECT_TRUE(one.refuse_recipients(51, today + 5h));
  one.not_served({early.hour, 1000});
  EXPECT_EQ(one.recipients_of_day(today + 5h), 40U) << "never more than was counted";
  one.not_served(late);
  one.not_served(late);
  one.not_served({late.hour - 1, 7});
  EXPECT_EQ(one.recipients_of_day(today + 5h), 0U);
  auto unlimited = limited({});
  EXPECT_EQ(unlimited.served(5, today).recipients, 0U) << "there is nothing to give back";
}

TEST(identity_limits, remembers_what_an_earlier_process_sent) {
  auto one = limited({0, 0, 100});
  const auto hour = today.time_since_epoch() / 1h;
  one.served_in(hour - 25, 90);
  EXPECT_FALSE(one.refuse_recipients(100, today)) << "a day ago is over";
  one.served_in(hour - 2, 90);
  EXPECT_TRUE(one.refuse_recipients(11, today));
  EXPECT_FALSE(one.refuse_recipients(10, today));
}

TEST(identity_limits, rests_at_once_when_it_is_told_to_wait) {
  for (const auto klass : {failure_class::throttled, failure_class::quota_exhausted, failure_class::auth_disabled}) {
    identity_limits one;
    one.report({klass}, today, 0.0);
    const auto why = one.blocked(today);
    ASSERT_TRUE(why) << to_string(klass);
    EXPECT_EQ(why->klass, klass);
    EXPECT_TRUE(one.blocked(why->until - 1ms));
    EXPECT_FALSE(one.blocked(why->until)) << "then it is tried again";
  }
}

TEST(identity_limits, one_mailbox_s_bad_luck_does_not_stop_the_others) {
  identity_limits one;
  one.report({failure_class::server_unavailable}, today, 0.5);
  one.report({failure_class::server_unavailable}, today, 0.5);
  EXPECT_FALSE(one.blocked(today).has_value());
  one.report(logged_in, today, 0.5);
  one.report({failure_class::server_unavailable}, today, 0.5);
  one.report({failure_class::server_unavailable}, today, 0.5);
  EXPECT_FALSE(one.blocked(today).has_value()) << "only failures in a row count";
  one.report({failure_class::server_unavailable}, today, 0.5);
  EXPECT_TRUE(one.blocked(today).has_value());
}

TEST(identity_limits, rests_longer_each_time_but_never_for_ever) {
  identity_limits one;
  auto now = today;
  auto longest = 0ms;
  for (int i = 0; i < 50; ++i) {
    one.report({failure_class::throttled}, now, 0.0);
    const auto rest = one.blocked(now)->until - now;
    EXPECT_GE(rest, longest);
    longest = rest;
    now += rest;
  }
  EXPECT_EQ(longest, 5min);
}

TEST(identity_limits, a_login_does_not_shorten_the_rest_of_who_sends_too_much) {
  for (const auto klass : {failure_class::throttled, failure_class::quota_exhausted}) {
    identity_limits one;
    auto now = today;
    auto last = 0ms;
    for (int i = 0; i < 3; ++i) {
      one.report({klass}, now, 0.0);
      const auto until = one.blocked(now)->until;
      if (i != 0 && klass == failure_class::throttled) {
        EXPECT_EQ(until - now, 2 * last);
      }
      EXPECT_GE(until - now, last);
      one.report(logged_in, now, 0.0); // over another connection
      ASSERT_TRUE(one.blocked(now)) << "of the mails nothing was said";
      last = until - now;
      now = until;
      one.report(logged_in, now, 0.0);
    }
    one.report(mail_taken, now, 0.0);
    one.report({klass}, now, 0.0);
    EXPECT_LT(one.blocked(now)->until - now, last) << "as the first time";
  }
}

TEST(identity_limits, a_login_ends_the_rest_of_failed_logins_and_no_other) {
  identity_limits one;
  one.report({failure_class::throttled}, today, 0.0);
  one.report({failure_class::auth_disabled}, today, 0.0);
  EXPECT_EQ(one.blocked(today)->klass, failure_class::auth_disabled) << "the longer one";
  one.report(logged_in, today, 0.0);
  ASSERT_TRUE(one.blocked(today));
  EXPECT_EQ(one.blocked(today)->klass, failure_class::throttled);
}

TEST(identity_limits, rests_as_long_as_the_refusal_is_known_to_last) {
  identity_limits one;
  one.report({failure_class::throttled, 1h}, today, 0.0);
  EXPECT_EQ(one.blocked(today)->until, today + 1h);
  one.report({failure_class::throttled}, today, 0.0);
  EXPECT_EQ(one.blocked(today)->until, today + 1h) << "another connection's refusal makes it no shorter";
}

TEST(identity_limits, is_forgiven_when_it_works_or_somebody_acts) {
  for (const bool works : {true, false}) {
    identity_limits one;
    one.report({failure_class::throttled}, today, 0.5);
    ASSERT_TRUE(one.blocked(today));
    if (works)
      one.report(mail_taken, today, 0.5);
    else
      one.forgive();
    EXPECT_FALSE(one.blocked(today));
    one.report({failure_class::throttled}, today, 0.0);
    EXPECT_EQ(one.blocked(today)->until, today + 30s) << "as the first time";
  }
}

} // namespace
} // namespace postroom::sending
