#include "sim/imap/folder_view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace postroom::sim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class folder_view_test : public testing::Test, public folder_watcher {
protected:
  folder_view_test() {
    for (int i = 0; i < 4; ++i)
      add();
    view.open(in);
    in.watch(*this);
  }
  void add() { in.add(std::make_shared<const std::string>("x"), {}); }
  void on_added() override { view.note_added(); }
  void on_expunged(std::uint32_t uid) override { view.note_expunged(uid); }
  void on_flags(std::uint32_t) override {}
  void on_renumbered() override {}
  void on_removed() override {}

  std::vector<std::uint32_t> known() const {
    std::vector<std::uint32_t> uids;
    for (std::size_t sequence = 1; sequence <= view.size(); ++sequence)
      uids.push_back(view.uid_at(sequence));
    return uids;
  }
  std::vector<std::pair<std::uint32_t, std::uint32_t>> take_expunged() {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> told;
    for (const auto& each : view.take_expunged())
      told.emplace_back(each.sequence, each.uid);
    return told;
  }

  folder in{"INBOX", "", 14};
  folder_view view;
};

TEST_F(folder_view_test, stays_as_it_was_until_the_client_is_told) {
  in.expunge(2);
  add();
  add();
  EXPECT_THAT(known(), ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(view.last_uid(), 4U);
  EXPECT_TRUE(view.knows(2));
  EXPECT_FALSE(view.knows(5));
  EXPECT_EQ(view.take_added(), 2U);
  EXPECT_THAT(known(), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(take_expunged(), ElementsAre(std::pair(2U, 2U)));
  EXPECT_THAT(known(), ElementsAre(1, 3, 4, 5, 6));
}

TEST_F(folder_view_test, counts_sequence_numbers_down_as_it_tells) {
  for (const auto uid : {4U, 1U, 2U})
    in.expunge(uid);
  EXPECT_THAT(take_expunged(), ElementsAre(std::pair(1U, 1U), std::pair(1U, 2U), std::pair(2U, 4U)));
  EXPECT_THAT(known(), ElementsAre(3));
  EXPECT_THAT(take_expunged(), IsEmpty());
}

TEST_F(folder_view_test, never_tells_of_what_came_and_went) {
  add();
  in.expunge(5);
  EXPECT_THAT(take_expunged(), IsEmpty());
  EXPECT_EQ(view.take_added(), 0U);
  EXPECT_THAT(known(), ElementsAre(1, 2, 3, 4));
  add();
  EXPECT_EQ(view.take_added(), 1U);
  EXPECT_EQ(view.last_uid(), 6U);
}

TEST_F(folder_view_test, finds_places) {
  in.expunge(3);
  (void)take_expunged();
  EXPECT_EQ(view.count_before(1), 0U);
  EXPECT_EQ(view.count_before(4), 2U);
  EXPECT_EQ(view.count_before(99), 3U);
  EXPECT_FALSE(view.knows(3));
}

TEST_F(folder_view_test, is_empty_where_nothing_is_or_when_closed) {
  for (const auto uid : {1U, 2U, 3U, 4U})
    in.expunge(uid);
  EXPECT_EQ(view.take_expunged().size(), 4U);
  EXPECT_EQ(view.last_uid(), 0U);
  add();
  EXPECT_EQ(view.take_added(), 1U);
  in.unwatch(*this);
  view.close();
  EXPECT_EQ(view.size(), 0U);
}

} // namespace
} // namespace postroom::sim
