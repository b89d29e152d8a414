#include "protocol/mime/header_fields.hpp"
#include "protocol/mime/utf8_text.hpp"

#include <gtest/gtest.h>

namespace postroom::mime {
namespace {

TEST(header_fields, splits_and_unfolds) {
  bool invalid = false;
  const auto fields = split_fields("A: one\r\n two\r\n\tthree\r\nB :x\r\njunk\r\n stray\r\nC:\r\n", invalid);
  ASSERT_EQ(fields.size(), 3U);
  EXPECT_EQ(fields[0].name, "A");
  EXPECT_EQ(unfold(fields[0].folded_value, 100), "one two\tthree");
  EXPECT_EQ(unfold(fields[0].folded_value, 5), "one t");
  EXPECT_EQ(fields[1].name, "B");
  EXPECT_EQ(unfold(fields[1].folded_value, 100), "x");
  EXPECT_EQ(unfold(fields[2].folded_value, 100), "");
  EXPECT_TRUE(invalid);
}

TEST(header_fields, knows_where_a_field_starts) {
  EXPECT_TRUE(starts_field("Subject: x"));
  EXPECT_TRUE(starts_field("Subject : x"));
  for (const auto* line : {"", ":", " a: b", "two words: x", "no colon", "caf\xC3\xA9: x"})
    EXPECT_FALSE(starts_field(line)) << line;
}

TEST(utf8_text, repairs_what_is_ill_formed) {
  const std::string bad = "\xEF\xBF\xBD";
  EXPECT_EQ(repair_utf8("a\x80z"), "a" + bad + "z");
  EXPECT_EQ(repair_utf8("\xC0\xAF"), bad + bad) << "overlong";
  EXPECT_EQ(repair_utf8("\xED\xA0\x80"), bad + bad + bad) << "surrogate";
  EXPECT_EQ(repair_utf8("\xF4\x90\x80\x80"), bad + bad + bad + bad) << "beyond U+10FFFF";
  EXPECT_EQ(repair_utf8("\xE2\x82"), bad + bad) << "cut";
  const std::string good = "\xC3\xBC\xE2\x82\xAC\xF0\x9F\x93\xAC\xEE\x80\x80\xED\x9F\xBF";
  EXPECT_EQ(repair_utf8(good + "\xFF"), good + bad);
}

TEST(utf8_text, cuts_between_code_points) {
  const std::string euro = "\xE2\x82\xAC";
  EXPECT_EQ(clean_line(" a\tb\x01" + euro + euro, 8), "a b " + euro);
}

TEST(utf8_text, makes_line_ends_alike) {
  std::string out;
  const auto what = append_text(out, "a\r\nb\rc\nd\r", "", false, 100);
  EXPECT_EQ(out, "a\nb\nc\nd\n");
  EXPECT_FALSE(what.truncated || what.undecodable || what.unknown_charset);
}

TEST(utf8_text, does_not_mistake_a_cut_character_for_another_charset) {
  std::string out;
  append_text(out, "caf\xC3", "", true, 100);
  EXPECT_EQ(out, "caf");
  out.clear();
  append_text(out, "caf\xC3", "", false, 100);
  EXPECT_EQ(out, "caf\xC3\x83") << "windows-1252";
}

TEST(utf8_text, never_exceeds_its_limit) {
  for (std::size_t limit = 0; limit < 12; ++limit) {
    for (const std::string text : {"\r\n\r\n\r\n\r\n\r\n\r\n", "\xE2\x82\xAC\r\xE2\x82\xAC\n", "abcdefghijklmnop"}) {
      std::string out;
      append_text(out, text, "utf-8", false, limit);
      EXPECT_LE(out.size(), limit);
      EXPECT_TRUE(is_valid_utf8(out));
    }
  }
}

} // namespace
} // namespace postroom::mime
