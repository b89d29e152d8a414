#include "sim/control/journal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace postroom::sim {
namespace {

using testing::ElementsAre;

std::vector<std::uint64_t> seqs(const std::vector<delivered_mail>& mails) {
  std::vector<std::uint64_t> numbers;
  for (const auto& each : mails)
    numbers.push_back(each.seq);
  return numbers;
}

void add_mails(journal& to, std::uint32_t count) {
  for (std::uint32_t uid = 1; uid <= count; ++uid)
    to.add(delivered_mail{.mailbox = "support@contoso.test", .uid = uid});
}

TEST(journal_test, numbers_what_comes_and_gives_it_by_pages) {
  journal records{100};
  add_mails(records, 5);
  EXPECT_THAT(seqs(records.delivered(0, 2)), ElementsAre(1, 2));
  EXPECT_THAT(seqs(records.delivered(2, 10)), ElementsAre(3, 4, 5));
  EXPECT_THAT(records.delivered(5, 10), testing::IsEmpty());
  EXPECT_THAT(records.delivered(std::numeric_limits<std::uint64_t>::max(), 10), testing::IsEmpty());
  EXPECT_THAT(records.delivered(0, 0), testing::IsEmpty());
  EXPECT_EQ(records.delivered(3, 1).front().uid, 4U);
  EXPECT_EQ(records.delivered_forgotten(), 0U);
}

TEST(journal_test, forgets_the_oldest_and_says_so) {
  journal records{3};
  add_mails(records, 10);
  EXPECT_EQ(records.delivered_forgotten(), 7U);
  EXPECT_THAT(seqs(records.delivered(0, 100)), ElementsAre(8, 9, 10));
  EXPECT_THAT(seqs(records.delivered(7, 100)), ElementsAre(8, 9, 10));
  EXPECT_THAT(seqs(records.delivered(8, 1)), ElementsAre(9));
}

TEST(journal_test, keeps_submissions_apart) {
  journal records{2};
  add_mails(records, 1);
  for (const auto* user : {"a", "b", "c"})
    records.add(submitted_entry{.user = user, .taken = true});
  const auto all = records.submitted(0, 10);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all.front().user, "b");
  EXPECT_EQ(all.front().seq, 2U);
  EXPECT_EQ(records.submitted_forgotten(), 1U);
  EXPECT_EQ(records.delivered_forgotten(), 0U);
}

TEST(journal_test, may_remember_nothing) {
  journal records{0};
  add_mails(records, 2);
  EXPECT_THAT(records.delivered(0, 10), testing::IsEmpty());
  EXPECT_EQ(records.delivered_forgotten(), 2U);
}

} // namespace
} // namespace postroom::sim
