#include "sim/smtp/limits.hpp"

#include <gtest/gtest.h>

namespace postroom::sim {
namespace {

using namespace std::chrono_literals;

const mono_time start{100h};

TEST(submission_usage, counts_a_users_connections_oldest_first) {
  submission_usage usage;
  auto first = usage.take_seat("Dora@contoso.test");
  auto second = usage.take_seat("dora@contoso.test");
  auto third = usage.take_seat("dora@contoso.test");
  const auto other = usage.take_seat("otto@contoso.test");
  EXPECT_FALSE(first.is_beyond(2));
  EXPECT_FALSE(second.is_beyond(2));
  EXPECT_TRUE(third.is_beyond(2));
  EXPECT_FALSE(other.is_beyond(2));
  first = {};
  EXPECT_FALSE(third.is_beyond(2)) << "one has gone";
  auto moved = std::move(third);
  EXPECT_TRUE(moved.is_beyond(1));
  EXPECT_FALSE(submission_usage::seat{}.is_beyond(0)) << "nobody's";
}

TEST(submission_usage, carries_mails_over_to_the_next_minutes) {
  submission_usage usage;
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(usage.book_mail("dora", 3, start), start) << i;
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(usage.book_mail("Dora", 3, start + 10s), start + 60s) << i;
  EXPECT_EQ(usage.book_mail("dora", 3, start + 20s), start + 120s);
  EXPECT_EQ(usage.book_mail("otto", 3, start + 20s), start + 20s);
  EXPECT_EQ(usage.book_mail("dora", 3, start + 130s), start + 130s) << "there is room in that minute";
  EXPECT_EQ(usage.book_mail("dora", 3, start + 500s), start + 500s);
}

TEST(submission_usage, has_a_longest_delay) {
  submission_usage usage;
  for (int i = 0; i <= 5; ++i)
    EXPECT_EQ(usage.book_mail("dora", 1, start), start + i * 60s);
  EXPECT_EQ(usage.book_mail("dora", 1, start), std::nullopt);
  EXPECT_EQ(usage.book_mail("dora", 1, start + 60s), start + 360s) << "what was refused is not booked";
}

TEST(submission_usage, knows_fractions_and_no_limit) {
  submission_usage usage;
  EXPECT_EQ(usage.book_mail("dora", 0.5, start), start);
  EXPECT_EQ(usage.book_mail("dora", 0.5, start + 1s), start + 120s);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(usage.book_mail("otto", 0, start), start);
    EXPECT_EQ(usage.book_mail("anna", 1e300, start), start);
  }
}

TEST(submission_usage, slides_its_day) {
  submission_usage usage;
  EXPECT_TRUE(usage.book_recipients("dora", 6, 10, start));
  EXPECT_FALSE(usage.book_recipients("dora", 5, 10, start + 1h));
  EXPECT_TRUE(usage.book_recipients("Dora", 4, 10, start + 12h));
  EXPECT_FALSE(usage.book_recipients("dora", 1, 10, start + 24h - 1s));
  EXPECT_TRUE(usage.book_recipients("dora", 6, 10, start + 24h)) << "the first six are a day old";
  EXPECT_FALSE(usage.book_recipients("dora", 1, 10, start + 35h));
  EXPECT_TRUE(usage.book_recipients("dora", 4, 10, start + 36h));
  EXPECT_FALSE(usage.book_recipients("otto", 11, 10, start));
}

} // namespace
} // namespace postroom::sim
