#include "base/error.hpp"
#include "base/result.hpp"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <string>

namespace postroom {
namespace {

TEST(error_catalogue, is_complete_and_unambiguous) {
  std::set<std::string_view> names;
  for (std::size_t i = 1; i < errc_count; ++i) {
    const auto code = static_cast<errc>(i);
    EXPECT_TRUE(names.insert(to_string(code)).second) << "name used twice: " << to_string(code);
    for (const char c : to_string(code))
      EXPECT_TRUE((c >= 'a' && c <= 'z') || c == '_') << to_string(code);
    EXPECT_TRUE(meaning(code).ends_with('.')) << to_string(code);
    EXPECT_TRUE(remedy(code).ends_with('.')) << to_string(code);
    EXPECT_FALSE(to_string(who_acts(code)).empty());
  }
}

TEST(error_catalogue, rows_stand_at_their_codes) {
  EXPECT_EQ(to_string(errc::invalid_argument), "invalid_argument");
  EXPECT_EQ(to_string(errc::internal), "internal");
  EXPECT_EQ(to_string(errc::wrong_key), "wrong_key");
  EXPECT_EQ(to_string(errc::mailbox_not_connected), "mailbox_not_connected");
  EXPECT_EQ(to_string(errc::app_misconfigured), "app_misconfigured");
  EXPECT_EQ(to_string(errc::signature_invalid), "signature_invalid");
  EXPECT_EQ(who_acts(errc::mailbox_not_connected), actor_role::exchange_admin);
  EXPECT_EQ(who_acts(errc::grant_dead), actor_role::user);
}

TEST(error_catalogue, an_unknown_code_is_a_bug_of_ours) {
  EXPECT_EQ(to_string(static_cast<errc>(250)), "internal");
}

TEST(error, shows_its_code_and_detail) {
  EXPECT_EQ(to_string(error{errc::timeout, "no answer in 30 s"}), "timeout: no answer in 30 s");
  EXPECT_EQ(to_string(error{errc::timeout, {}}), "timeout");
}

TEST(result, holds_a_value_or_an_error) {
  const result<int> good = 4;
  EXPECT_EQ(*good, 4);
  const result<int> bad = fail(errc::busy, "full");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, errc::busy);
  EXPECT_THROW((void)bad.value(), std::logic_error);
}

} // namespace
} // namespace postroom
