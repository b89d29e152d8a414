#include "storage/url_parts.hpp"

#include <gtest/gtest.h>

namespace postroom::storage {
namespace {

TEST(url_parts, finds_host_and_path) {
  EXPECT_EQ(host_of_url("https://login.example/a/b?c#d"), "login.example");
  EXPECT_EQ(path_of_url("https://login.example/a/b?c#d"), "/a/b?c#d");
  EXPECT_EQ(host_of_url("http://user:word@proxy.example:3128"), "proxy.example");
  EXPECT_EQ(path_of_url("http://proxy.example:3128"), "");
  EXPECT_EQ(host_of_url("https://[::1]:8443/x"), "[::1]");
  EXPECT_EQ(host_of_url("https://gateway.example?x=/y"), "gateway.example");
  EXPECT_EQ(path_of_url("https://gateway.example?x=/y"), "?x=/y");
}

TEST(url_parts, finds_nothing_where_there_is_nothing) {
  for (const auto* text : {"", "login.example", "https:/x", "://", "https://", "mailto:a@b.example"}) {
    EXPECT_EQ(host_of_url(text), "") << text;
    EXPECT_EQ(path_of_url(text), "") << text;
  }
}

} // namespace
} // namespace postroom::storage
