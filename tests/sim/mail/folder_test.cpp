#include "sim/mail/folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace postroom::sim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

class noting_watcher final : public folder_watcher {
public:
  void on_added() override { heard.emplace_back("added"); }
  void on_expunged(std::uint32_t uid) override { heard.push_back("expunged " + std::to_string(uid)); }
  void on_flags(std::uint32_t uid) override { heard.push_back("flags " + std::to_string(uid)); }
  void on_renumbered() override { heard.emplace_back("renumbered"); }
  void on_removed() override { heard.emplace_back("removed"); }
  std::vector<std::string> heard;
};

class folder_test : public testing::Test {
protected:
  std::uint32_t add() { return it->add(std::make_shared<const std::string>("x"), {}); }
  std::unique_ptr<folder> it = std::make_unique<folder>("INBOX", "", 14);
};

TEST_F(folder_test, numbers_mails_and_their_changes) {
  const auto begin = it->highest_mod_seq();
  EXPECT_EQ(add(), 1U);
  EXPECT_EQ(add(), 2U);
  EXPECT_EQ(it->uid_next(), 3U);
  EXPECT_EQ(it->find(1)->mod_seq, begin + 1);
  EXPECT_EQ(it->highest_mod_seq(), begin + 2);
  EXPECT_TRUE(it->set_flags(1, seen));
  EXPECT_EQ(it->find(1)->mod_seq, begin + 3);
  EXPECT_TRUE(it->set_flags(1, seen)) << "changes nothing";
  EXPECT_EQ(it->highest_mod_seq(), begin + 3);
  EXPECT_TRUE(it->expunge(2));
  EXPECT_FALSE(it->expunge(2));
  EXPECT_FALSE(it->set_flags(2, seen));
  EXPECT_EQ(it->highest_mod_seq(), begin + 4);
}

TEST_F(folder_test, tells_its_watchers) {
  noting_watcher one, other;
  it->watch(one);
  it->watch(other);
  add();
  it->set_flags(1, seen, &one);
  it->expunge(1);
  it->renumber();
  EXPECT_THAT(one.heard, ElementsAre("added", "expunged 1", "renumbered"));
  EXPECT_THAT(other.heard, ElementsAre("added", "flags 1", "expunged 1", "renumbered"));
  it->unwatch(one);
  it.reset();
  EXPECT_EQ(one.heard.back(), "renumbered");
  EXPECT_EQ(other.heard.back(), "removed");
}

TEST_F(folder_test, remembers_what_was_expunged_for_a_while) {
  for (int i = 0; i < 5; ++i)
    add();
  const auto before = it->highest_mod_seq();
  it->expunge(4);
  it->expunge(2);
  EXPECT_THAT(it->expunged_since(before), Optional(ElementsAre(2U, 4U)));
  EXPECT_THAT(it->expunged_since(before + 1), Optional(ElementsAre(2U)));
  EXPECT_THAT(it->expunged_since(before + 2), Optional(IsEmpty()));
  for (std::size_t i = 0; i < folder::history_max; ++i)
    it->expunge(add());
  EXPECT_FALSE(it->expunged_since(before + 1));
  EXPECT_TRUE(it->expunged_since(it->highest_mod_seq()));
}

TEST_F(folder_test, forgets_its_history_with_its_uids) {
  add();
  const auto before = it->highest_mod_seq();
  it->expunge(add());
  it->renumber();
  EXPECT_EQ(it->uid_validity(), 21U);
  EXPECT_EQ(it->uid_next(), 2U);
  EXPECT_FALSE(it->expunged_since(before));
  EXPECT_GT(it->find(1)->mod_seq, before);
}

TEST_F(folder_test, knows_a_bounded_number_of_keywords) {
  EXPECT_EQ(it->find_keyword("$Forwarded"), 0U);
  EXPECT_EQ(it->use_keyword("$Forwarded"), 1U);
  EXPECT_EQ(it->use_keyword("$forwarded"), 1U);
  EXPECT_EQ(it->find_keyword("$FORWARDED"), 1U);
  EXPECT_EQ(it->use_keyword(std::string(folder::keyword_bytes_max + 1, 'k')), 0U);
  EXPECT_EQ(it->use_keyword(""), 0U);
  for (std::size_t i = 1; i < folder::keywords_max; ++i)
    EXPECT_EQ(it->use_keyword("k" + std::to_string(i)), 1U << i);
  EXPECT_EQ(it->use_keyword("one-more"), 0U);
  EXPECT_EQ(it->keywords().size(), folder::keywords_max);
}

TEST_F(folder_test, keeps_keywords_when_flags_are_set) {
  add();
  EXPECT_TRUE(it->set_marks(1, {seen, 5}));
  EXPECT_TRUE(it->set_flags(1, flagged));
  EXPECT_EQ(it->find(1)->flags, flagged);
  EXPECT_EQ(it->find(1)->keywords, 5U);
}

TEST(mail_flags, are_read_and_written) {
  EXPECT_EQ(flags_text(seen | mdn_sent), "\\Seen $MDNSent");
  EXPECT_EQ(flags_text(0), "");
  EXPECT_EQ(parse_flag("\\flagged"), flagged);
  EXPECT_EQ(parse_flag("Flagged"), 0);
}

} // namespace
} // namespace postroom::sim
