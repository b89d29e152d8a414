#include "base/ascii.hpp"

#include <gtest/gtest.h>

namespace postroom {
namespace {

TEST(ascii, lowers_letters_and_nothing_else) {
  EXPECT_EQ(ascii_lower("AZ az [@`{ 09 Ä"), "az az [@`{ 09 Ä");
}

TEST(ascii, compares_without_regard_to_case) {
  EXPECT_TRUE(ascii_iequals("Sent Items", "sENT iTEMS"));
  EXPECT_FALSE(ascii_iequals("Sent", "Sent "));
  EXPECT_FALSE(ascii_iequals("@", "`")) << "they differ by the same bit as letters do";
}

} // namespace
} // namespace postroom
