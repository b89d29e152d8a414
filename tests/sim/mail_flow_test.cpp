#include "sim/mail_flow.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

namespace postroom::sim {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

const wall_time first_day{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}};
const std::vector<std::string> boxes{"a@contoso.test", "b@contoso.test", "c@contoso.test"};

mail_flow flow_of(const mail_plan& plan, unsigned seed = 7, std::vector<sealed_mail> corpus = {}) {
  return mail_flow{plan, seed, boxes, std::move(corpus)};
}

TEST(mail_flow_test, makes_the_same_mails_in_the_same_order_from_the_same_seed) {
  auto one = flow_of({}), two = flow_of({}), three = flow_of({}, 8);
  std::size_t different_boxes = 0;
  (void)two.extra(boxes[0], first_day); // what somebody asks for disturbs nothing
  (void)two.initial(boxes[0], first_day);
  for (int i = 0; i < 50; ++i) {
    const auto first = one.next(first_day), second = two.next(first_day), third = three.next(first_day);
    EXPECT_EQ(first.mailbox, second.mailbox);
    EXPECT_EQ(first.mail.sha256, second.mail.sha256);
    EXPECT_NE(first.mail.sha256, third.mail.sha256);
    different_boxes += first.mailbox != third.mailbox;
  }
  EXPECT_GT(different_boxes, 10U);
}

TEST(mail_flow_test, keeps_purposes_apart) {
  auto flow = flow_of({});
  const auto first = flow.initial(boxes[0], first_day), second = flow.extra(boxes[0], first_day);
  EXPECT_NE(first.sha256, second.sha256);
  EXPECT_NE(first.message_id, second.message_id);
}

TEST(mail_flow_test, reaches_mailboxes_by_draw_or_in_turn) {
  auto drawn = flow_of({}), in_turn = flow_of({.round_robin = true});
  std::map<std::string, int> counts;
  for (int i = 0; i < 300; ++i)
    ++counts[drawn.next(first_day).mailbox];
  EXPECT_EQ(counts.size(), boxes.size());
  for (const auto& [box, count] : counts)
    EXPECT_NEAR(count, 100, 30);
  std::vector<std::string> order;
  for (int i = 0; i < 4; ++i)
    order.push_back(in_turn.next(first_day).mailbox);
  EXPECT_THAT(order, ElementsAre(boxes[0], boxes[1], boxes[2], boxes[0]));
}

TEST(mail_flow_test, paces_evenly_without_drift) {
  auto flow = flow_of({});
  const mono_time begin{1h};
  EXPECT_EQ(flow.next_due(), mono_time::max());
  flow.set_rate(3, begin);
  std::size_t count = 0;
  auto now = begin;
  for (int i = 1; i <= 3'000; ++i) {
    const auto due = flow.next_due();
    EXPECT_NEAR(std::chrono::duration<double>(due - begin).count(), i / 3.0, 1e-6);
    EXPECT_EQ(flow.take_due(due - 1us), 0U);
    now = due + 7ms; // woken too late each time
    count += flow.take_due(now);
  }
  EXPECT_EQ(count, 3'000U);
}

TEST(mail_flow_test, catches_up_what_was_missed_but_not_for_ever) {
  auto flow = flow_of({});
  const mono_time begin{1h};
  flow.set_rate(100, begin);
  EXPECT_EQ(flow.take_due(begin + 2s), 200U);
  EXPECT_EQ(flow.take_due(begin + 2s), 0U);
  EXPECT_EQ(flow.take_due(begin + 1h), 1'001U);
  EXPECT_EQ(flow.take_due(begin + 1h + 1s), 100U);
}

TEST(mail_flow_test, changes_and_stops) {
  auto flow = flow_of({});
  const mono_time begin{1h};
  flow.set_rate(10, begin);
  EXPECT_EQ(flow.rate(), 10);
  flow.set_rate(0.5, begin + 50ms);
  EXPECT_EQ(flow.next_due(), begin + 50ms + 2s);
  flow.set_rate(0, begin);
  EXPECT_EQ(flow.next_due(), mono_time::max());
  EXPECT_EQ(flow.take_due(begin + 1h), 0U);
  EXPECT_FALSE(mail_flow::is_rate(-1));
  EXPECT_FALSE(mail_flow::is_rate(mail_flow::rate_max + 1));
  EXPECT_FALSE(mail_flow::is_rate(std::numeric_limits<double>::quiet_NaN()));
}

TEST(mail_flow_test, fills_up_to_the_size_wanted) {
  auto flow = flow_of({.size_min = 50'000});
  for (int i = 0; i < 20; ++i)
    EXPECT_GE(flow.next(first_day).mail.raw->size(), 50'000U);
}

TEST(mail_flow_test, goes_through_the_corpus_again_and_again) {
  auto flow = flow_of({.round_robin = true}, 7, {seal("Subject: 1\r\n\r\n"), seal("Subject: 2\r\n\r\n")});
  const auto first = flow.next(first_day), second = flow.next(first_day), third = flow.next(first_day);
  EXPECT_EQ(*first.mail.raw, "Subject: 1\r\n\r\n");
  EXPECT_EQ(*second.mail.raw, "Subject: 2\r\n\r\n");
  EXPECT_EQ(third.mail.raw, first.mail.raw) << "the octets are there once";
}

TEST(mail_flow_test, shares_the_texts_of_very_many_initial_mails) {
  auto few = flow_of({.initial_each = 2});
  EXPECT_NE(few.initial(boxes[0], first_day).sha256, few.initial(boxes[0], first_day).sha256);
  auto many = flow_of({.initial_each = mail_flow::distinct_initial_max});
  std::set<const std::string*> texts;
  for (std::size_t i = 0; i < mail_flow::shared_texts + 500; ++i)
    texts.insert(many.initial(boxes[0], first_day).raw.get());
  EXPECT_EQ(texts.size(), mail_flow::shared_texts);
}

} // namespace
} // namespace postroom::sim
