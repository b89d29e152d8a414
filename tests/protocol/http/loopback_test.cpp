#include "protocol/http/loopback.hpp"

#include <gtest/gtest.h>

namespace postroom::http {
namespace {

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
