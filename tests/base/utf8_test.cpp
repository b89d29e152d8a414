#include "base/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postroom {
namespace {

TEST(utf8, knows_characters) {
  EXPECT_EQ(utf8_character_bytes("a"), 1U);
  EXPECT_EQ(utf8_character_bytes("\xc3\xa9x"), 2U);
  EXPECT_EQ(utf8_character_bytes("\xe2\x82\xac"), 3U);
  EXPECT_EQ(utf8_character_bytes("\xf0\x9f\x93\xac"), 4U);
}

TEST(utf8, refuses_what_is_none) {
  for (const char* bad : {"", "\x80", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3(", "\xe0\x80\x80", "\xe2\x82",
                          "\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"})
    EXPECT_EQ(utf8_character_bytes(bad), 0U);
}

TEST(utf8, cuts_between_characters) {
  const std::string text = "a\xe2\x82\xac"
                           "b";
  EXPECT_EQ(utf8_prefix(text, 5), text);
  EXPECT_EQ(utf8_prefix(text, 4), "a\xe2\x82\xac");
  EXPECT_EQ(utf8_prefix(text, 3), "a");
  EXPECT_EQ(utf8_prefix(text, 2), "a");
  EXPECT_EQ(utf8_prefix(text, 1), "a");
  EXPECT_EQ(utf8_prefix(text, 0), "");
}

} // namespace
} // namespace postroom
