#include "sim/imap/flag_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace postroom::sim {
namespace {

using testing::ElementsAre;

TEST(flag_list, is_read) {
  const auto list = parse_flag_list("\\Seen $Forwarded \\answered Urgent", true).value();
  EXPECT_EQ(list.flags, seen | answered);
  EXPECT_THAT(list.keywords, ElementsAre("$Forwarded", "Urgent"));
  EXPECT_TRUE(parse_flag_list("", true));
  EXPECT_FALSE(parse_flag_list("\\Nonsense", true));
  EXPECT_EQ(parse_flag_list("\\Nonsense \\Recent", false)->flags, 0);
  for (const auto* text : {"a(b", "a\"b", "\\", "\\Se\\en", "a]"})
    EXPECT_FALSE(parse_flag_list(text, false)) << text;
}

TEST(flag_list, means_bits_of_a_folder) {
  folder one{"INBOX", "", 14}, other{"Done", "", 15};
  other.use_keyword("Urgent");
  const auto list = parse_flag_list("\\Seen $Forwarded Urgent", true).value();
  EXPECT_EQ(marks_of(list, one, false), (mail_marks{seen, 0}));
  EXPECT_TRUE(one.keywords().empty());
  const auto marks = marks_of(list, one, true);
  EXPECT_EQ(marks, (mail_marks{seen, 3}));
  EXPECT_EQ(marks_text(marks, one), "\\Seen $Forwarded Urgent");
  EXPECT_EQ(marks_text(marks_elsewhere(marks, one, other), other), "\\Seen Urgent $Forwarded");
}

TEST(flag_list, is_bounded) {
  std::string many;
  for (int i = 0; i < 100; ++i)
    many += (many.empty() ? "k" : " k") + std::to_string(i);
  folder in{"INBOX", "", 14};
  (void)marks_of(parse_flag_list(many, true).value(), in, true);
  EXPECT_EQ(in.keywords().size(), folder::keywords_max);
}

} // namespace
} // namespace postroom::sim
