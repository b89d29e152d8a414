#include "app/cli/text_table.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace postroom::app::cli {
namespace {

TEST(text_table, aligns_columns_by_what_a_terminal_shows) {
  text_table table{{"NAME", "STATE"}};
  table.add({"Müller", "idle"});
  table.add({"日本", "x"});
  table.add({"e\u0301", "y"});
  std::ostringstream out;
  table.print(out);
  EXPECT_EQ(out.str(), "NAME    STATE\n"
                       "Müller  idle\n"
                       "日本    x\n"
                       "e\u0301       y\n");
}

TEST(text_table, fills_up_rows_that_are_short_and_indents) {
  text_table table{{"A", "B"}};
  table.add({"1"});
  std::ostringstream out;
  table.print(out, "  ");
  EXPECT_EQ(out.str(), "  A  B\n  1  \n");
}

TEST(text_table, lets_no_subject_command_the_terminal) {
  EXPECT_EQ(harmless("a\x1b[31mb\x07"), "a [31mb ");
  EXPECT_EQ(harmless("a\u009bb"), "a b");
  EXPECT_EQ(harmless("a\u202egnp.exe"), "agnp.exe");
  EXPECT_EQ(harmless("a\xff\xc3"), "a??");
  EXPECT_EQ(harmless("Grüße 🙂"), "Grüße 🙂");
}

TEST(text_table, measures_wide_and_combining_characters) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("ü"), 1U);
  EXPECT_EQ(display_width("日本語"), 6U);
  EXPECT_EQ(display_width("🙂"), 2U);
  EXPECT_EQ(display_width("e\u0301"), 1U);
}

} // namespace
} // namespace postroom::app::cli
