#include "actors/mailbox/sync_plan.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace postroom::mailbox {
namespace {

std::vector<net::listed_message> listing(std::uint32_t first, std::uint32_t last, std::uint64_t size = 4400) {
  std::vector<net::listed_message> out;
  for (auto uid = first; uid <= last; ++uid)
    out.push_back({message_uid{uid}, {}, size, {}});
  return out;
}

/// Drives a plan against a folder that holds `uids`; answers what was fetched, in order.
std::vector<std::uint32_t> run(sync_plan& plan, const std::vector<std::uint32_t>& uids,
                               std::size_t* listings = nullptr) {
  std::vector<std::uint32_t> fetched;
  for (int turn = 0; turn < 100'000 && !plan.complete(); ++turn) {
    if (auto range = plan.next_range()) {
      fetched.insert(fetched.end(), range->uids.begin(), range->uids.end());
      continue;
    }
    const auto window = plan.next_window();
    if (!window)
      break;
    if (listings)
      ++*listings;
    std::vector<net::listed_message> answer;
    for (auto uid : uids)
      if (uid >= window->first && uid <= window->last)
        answer.push_back({message_uid{uid}, {}, 1000, {}});
    if (window->open_end && answer.empty() && !uids.empty())
      answer.push_back({message_uid{uids.back()}, {}, 1000, {}}); // `n:*` always has the highest message
    plan.listed(std::move(answer));
  }
  return fetched;
}

TEST(sync_plan, fetches_every_message_once_and_in_order) {
  std::vector<std::uint32_t> uids(3500);
  std::iota(uids.begin(), uids.end(), 1);
  sync_plan plan;
  plan.begin(0, 3501);
  EXPECT_EQ(run(plan, uids), uids);
  EXPECT_TRUE(plan.complete());
}

TEST(sync_plan, begins_above_what_is_announced) {
  sync_plan plan;
  plan.begin(7, 11);
  EXPECT_EQ(run(plan, {1, 5, 7, 8, 10}), (std::vector<std::uint32_t>{8, 10}));
}

TEST(sync_plan, finds_mail_beyond_the_predicted_uid) {
  sync_plan plan;
  plan.begin(0, 3);
  EXPECT_EQ(run(plan, {1, 2, 3, 9}), (std::vector<std::uint32_t>{1, 2, 3, 9}));
}

TEST(sync_plan, works_without_a_prediction) {
  sync_plan plan;
  plan.begin(4, 0);
  EXPECT_EQ(run(plan, {4, 5, 6}), (std::vector<std::uint32_t>{5, 6}));
}

TEST(sync_plan, ignores_the_old_message_that_an_open_window_returns) {
  sync_plan plan;
  plan.begin(9, 10);
  EXPECT_TRUE(run(plan, {2, 9}).empty());
  EXPECT_TRUE(plan.complete());
}

TEST(sync_plan, widens_its_windows_in_a_sparse_folder) {
  std::vector<std::uint32_t> uids;
  for (std::uint32_t i = 1; i <= 40; ++i)
    uids.push_back(i * 100'000);
  sync_plan plan;
  std::size_t listings = 0;
  plan.begin(0, 4'000'001);
  EXPECT_EQ(run(plan, uids, &listings), uids);
  EXPECT_LT(listings, 20U);
}

TEST(sync_plan, holds_one_window_of_a_flood) {
  sync_plan plan;
  plan.begin(0, 0);
  const auto window = plan.next_window();
  ASSERT_TRUE(window && window->open_end);
  plan.listed(listing(1, 50'000));
  EXPECT_EQ(plan.listed_up_to(), limits::list_window_uids);
  EXPECT_FALSE(plan.complete()) << "what was cut off must be looked for again";
}

TEST(sync_plan, cuts_ranges_by_bytes_and_by_count) {
  sync_plan plan;
  plan.begin(0, 1001);
  (void)plan.next_window();
  plan.listed(listing(1, 1000, limits::fetch_range_bytes / 4));
  EXPECT_EQ(plan.next_range()->uids.size(), 4U);
  plan.begin(0, 1001);
  (void)plan.next_window();
  plan.listed(listing(1, 1000, 10));
  EXPECT_EQ(plan.next_range()->uids.size(), limits::fetch_range_messages_max);
}

TEST(sync_plan, gives_a_mail_larger_than_a_range_a_range_of_its_own) {
  sync_plan plan;
  plan.begin(0, 4);
  (void)plan.next_window();
  auto messages = listing(1, 3);
  messages[1].size = 150 * limits::mib;
  plan.listed(messages);
  EXPECT_EQ(plan.next_range()->uids, (std::vector<std::uint32_t>{1}));
  EXPECT_EQ(plan.next_range()->uids, (std::vector<std::uint32_t>{2}));
  EXPECT_EQ(plan.next_range()->uids, (std::vector<std::uint32_t>{3}));
}

TEST(sync_plan, splits_a_range_into_single_messages) {
  sync_plan plan;
  plan.begin(0, 5);
  (void)plan.next_window();
  plan.listed(listing(1, 4));
  plan.split(*plan.next_range());
  for (std::uint32_t uid = 1; uid <= 4; ++uid)
    EXPECT_EQ(plan.next_range()->uids, (std::vector<std::uint32_t>{uid}));
}

TEST(sync_plan, survives_the_highest_uid) {
  sync_plan plan;
  plan.begin(0xffff'ffff, 0);
  EXPECT_FALSE(plan.next_window());
}

TEST(sync_plan, ignores_repeated_and_shuffled_answers) {
  sync_plan plan;
  plan.begin(0, 4);
  (void)plan.next_window();
  auto messages = listing(1, 3);
  messages.push_back(messages[0]);
  std::reverse(messages.begin(), messages.end());
  plan.listed(messages);
  EXPECT_EQ(plan.next_range()->uids, (std::vector<std::uint32_t>{1, 2, 3}));
}

} // namespace
} // namespace postroom::mailbox
