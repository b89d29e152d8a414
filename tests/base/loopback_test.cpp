#include "base/loopback.hpp"

#include <gtest/gtest.h>

namespace postroom {
namespace {

TEST(loopback, is_this_machine) {
  for (const char* host : {"localhost", "127.0.0.1", "127.0.0.0", "127.1.2.3", "127.255.255.255", "::1", "[::1]"})
    EXPECT_TRUE(is_loopback_host(host)) << host;
}

TEST(loopback, is_nothing_else) {
  for (const char* host : {"",
                           "localhost.",
                           "localhost.evil.example",
                           "evil.localhost",
                           "127.0.0.1.evil.example",
                           "127.0.0",
                           "127",
                           "127.1",
                           "127.0.0.256",
                           "127.0.0.01",
                           "0127.0.0.1",
                           "127.0.0.1.",
                           "127..0.1",
                           ".127.0.0.1",
                           "127.0.0.-1",
                           "128.0.0.1",
                           "12.7.0.1",
                           "0.0.0.0",
                           "::",
                           "::2",
                           "::1.evil",
                           "[::1",
                           "127.evil.example",
                           "::ffff:127.0.0.1",
                           "127.0.0.1:80",
                           "127.0.0.99999999999"})
    EXPECT_FALSE(is_loopback_host(host)) << host;
}

} // namespace
} // namespace postroom
