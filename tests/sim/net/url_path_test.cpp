#include "sim/net/url_path.hpp"

#include <gtest/gtest.h>

namespace postroom::sim {
namespace {

TEST(url_path_test, decodes_what_is_an_escape) {
  EXPECT_EQ(percent_decoded("a%40b.test"), "a@b.test");
  EXPECT_EQ(percent_decoded("%2f%2F+"), "//+");
  EXPECT_EQ(percent_decoded("100%"), "100%");
  EXPECT_EQ(percent_decoded("%4"), "%4");
  EXPECT_EQ(percent_decoded("%zz%41"), "%zzA");
  EXPECT_EQ(percent_decoded(""), "");
}

TEST(url_path_test, takes_segment_by_segment) {
  std::string_view path = "users//inbox";
  EXPECT_EQ(next_segment(path), "users");
  EXPECT_EQ(next_segment(path), "");
  EXPECT_EQ(next_segment(path), "inbox");
  EXPECT_EQ(path, "");
  EXPECT_EQ(next_segment(path), "");
}

} // namespace
} // namespace postroom::sim
