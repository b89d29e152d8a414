#include "actors/mailbox/deadlines.hpp"

#include <gmock/gmock.h>

namespace postroom::mailbox {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

const mono_time start{1h};

TEST(deadlines, knows_the_earliest_of_all) {
  deadlines all;
  EXPECT_FALSE(all.alarm(start));
  all.set_timer(1, start + 9min);
  const auto late = all.await(1, asked::commit, start + 10min);
  const auto soon = all.await(1, asked::token, start + 1min);
  EXPECT_EQ(all.alarm(start), start + 1min);
  EXPECT_TRUE(all.answered(soon));
  EXPECT_EQ(all.alarm(start), start + 9min);
  all.set_timer(2, start + 20min);
  EXPECT_EQ(all.alarm(start), start + 10min);
  EXPECT_TRUE(all.answered(late));
  EXPECT_EQ(all.alarm(start), start + 20min);
}

TEST(deadlines, ring_in_company_when_they_are_far_away) {
  deadlines all;
  all.set_timer(1, start + 1min + 1ms);
  EXPECT_EQ(all.alarm(start), start + 1min + 250ms);
  all.set_timer(2, start + 1min);
  EXPECT_EQ(all.alarm(start), start + 1min);
  all.set_timer(3, start + 9s + 1ms);
  EXPECT_EQ(all.alarm(start), start + 9s + 1ms) << "it is near";
}

TEST(deadlines, gives_out_what_has_run_out_once) {
  deadlines all;
  all.set_timer(7, start + 1min);
  const auto number = all.await(3, asked::credit, start + 2min);
  EXPECT_FALSE(all.take_due(start).timer);
  const auto first = all.take_due(start + 1min);
  EXPECT_EQ(first.timer, 7U);
  EXPECT_THAT(first.unanswered, IsEmpty());
  const auto second = all.take_due(start + 5min);
  EXPECT_FALSE(second.timer);
  EXPECT_THAT(second.unanswered, ElementsAre(deadlines::unanswered_question{3, asked::credit}));
  EXPECT_FALSE(all.answered(number)) << "too late";
  EXPECT_FALSE(all.alarm(start));
}

} // namespace
} // namespace postroom::mailbox
