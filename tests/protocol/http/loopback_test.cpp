#include "protocol/http/loopback.hpp"

#include <gtest/gtest.h>

namespace postroom::http {
namespace {

TEST(loopback, is_this_machine) {
  for (const char* host : {"localhost", "127.0.0.1", "127.0.0.0", "127.1.2.3", "127.255.255.255", "::1"})
    EXPECT_TRUE(is_loopback(host)) << host;
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
                           "::ffff:127.0.0.1",
                           "127.0.0.1:80",
                           "127.0.0.99999999999"})
    EXPECT_FALSE(is_loopback(host)) << host;
}

TEST(secrets, stay_on_the_machine_or_are_encrypted) {
  EXPECT_TRUE(may_carry_secrets(parse_url("https://login.example/token").value()));
  EXPECT_TRUE(may_carry_secrets(parse_url("http://127.8.9.10:8080/token").value()));
  EXPECT_TRUE(may_carry_secrets(parse_url("http://LOCALHOST/").value()));
  EXPECT_TRUE(may_carry_secrets(parse_url("http://[::1]:80/").value()));
  EXPECT_FALSE(may_carry_secrets(parse_url("http://login.example/token").value()));
  EXPECT_FALSE(may_carry_secrets(parse_url("http://[::2]/").value()));
}

} // namespace
} // namespace postroom::http
