#include "sim/imap/text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace postroom::sim {
namespace {

using testing::Optional;

TEST(argument_reader, reads_lists_with_quoted_parentheses) {
  argument_reader reader{R"((a ")\"" (b)) rest)"};
  EXPECT_THAT(reader.list(), Optional(std::string_view{R"(a ")\"" (b))"}));
  EXPECT_EQ(reader.rest(), "rest");
  EXPECT_FALSE(argument_reader{"(a \")\""}.list());
}

TEST(command_cutter, cuts_literals_and_holds_nothing_after) {
  command_cutter cutter;
  using outcome = command_cutter::outcome;
  cutter.append("a LOGIN {3}\r\n");
  EXPECT_EQ(cutter.next(false), outcome::wants_literal);
  EXPECT_EQ(cutter.next(false), outcome::need_more);
  cutter.append("x\r\n pw\r\nb NOOP\r\n");
  EXPECT_EQ(cutter.next(false), outcome::command);
  EXPECT_EQ(cutter.text(), "a LOGIN {3}\r\nx\r\n pw");
  EXPECT_EQ(cutter.next(false), outcome::command);
  EXPECT_EQ(cutter.text(), "b NOOP");
  cutter.forget_text();
  EXPECT_EQ(cutter.text(), "");
  EXPECT_EQ(cutter.next(false), outcome::need_more);
}

TEST(command_cutter, refuses_what_is_too_long) {
  command_cutter line;
  line.append(std::string(10'241, 'x'));
  EXPECT_EQ(line.next(false), command_cutter::outcome::too_long);
  command_cutter literal;
  literal.append("a APPEND INBOX {4000000000}\r\n");
  EXPECT_EQ(literal.next(false), command_cutter::outcome::too_long);
}

} // namespace
} // namespace postroom::sim
