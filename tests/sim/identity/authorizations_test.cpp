#include "sim/identity/authorizations.hpp"

#include "base/ascii.hpp"

#include <gtest/gtest.h>
#include <set>

namespace postroom::sim {
namespace {

using namespace std::chrono_literals;
using enum authorizations::code_state;

class authorizations_test : public testing::Test {
protected:
  static authorization of(const std::string& upn, const std::string& client = "app") {
    authorization made;
    made.upn = upn;
    made.client_id = client;
    return made;
  }

  manual_clock time;
  authorizations grants{time};
  authorization what;
};

TEST_F(authorizations_test, codes_work_once) {
  const auto code = grants.issue_code(of("dora@contoso.test"));
  ASSERT_NE(grants.find_code(code), nullptr);
  EXPECT_EQ(grants.find_code(code)->upn, "dora@contoso.test");
  EXPECT_EQ(grants.redeem_code(code, what), good);
  EXPECT_EQ(what.upn, "dora@contoso.test");
  EXPECT_EQ(grants.redeem_code(code, what), used);
  EXPECT_EQ(grants.redeem_code("another", what), unknown);
  EXPECT_EQ(grants.find_code("another"), nullptr);
}

TEST_F(authorizations_test, codes_expire_and_are_forgotten_later) {
  const auto code = grants.issue_code(of("dora@contoso.test"));
  time.advance(authorizations::code_life - 1ms);
  const auto other = grants.issue_code(of("otto@contoso.test"));
  time.advance(1ms);
  EXPECT_EQ(grants.redeem_code(code, what), expired);
  EXPECT_EQ(grants.redeem_code(other, what), good);
  time.advance(2h);
  (void)grants.issue_code(of("emil@contoso.test"));
  EXPECT_EQ(grants.redeem_code(code, what), unknown);
}

TEST_F(authorizations_test, the_oldest_codes_make_room) {
  const auto first = grants.issue_code(of("dora@contoso.test"));
  for (std::size_t i = 1; i < authorizations::codes_max; ++i)
    (void)grants.issue_code(of("dora@contoso.test"));
  EXPECT_NE(grants.find_code(first), nullptr);
  (void)grants.issue_code(of("dora@contoso.test"));
  EXPECT_EQ(grants.find_code(first), nullptr);
}

TEST_F(authorizations_test, devices_are_found_by_either_code) {
  auto& device = grants.start_device("app", "organizations", {"openid"});
  EXPECT_EQ(device.expires, time.now() + 15min);
  EXPECT_EQ(device.state, device_state::pending);
  EXPECT_EQ(device.user_code.size(), 9U);
  const auto typed = ascii_lower(device.user_code.substr(0, 4)) + "- " + device.user_code.substr(4);
  EXPECT_EQ(grants.find_device_by_user_code(typed), &device);
  EXPECT_EQ(grants.find_device(device.device_code), &device);
  EXPECT_EQ(grants.find_device_by_user_code(device.user_code.substr(1)), nullptr);
  EXPECT_EQ(grants.find_device_by_user_code(device.user_code + "2"), nullptr);
  EXPECT_EQ(grants.find_device_by_user_code(""), nullptr);
  const auto code = device.device_code;
  grants.forget_device(code);
  EXPECT_EQ(grants.find_device(code), nullptr);
}

TEST_F(authorizations_test, devices_are_bounded) {
  const auto first = grants.start_device("app", "common", {}).device_code;
  std::set<std::string> codes;
  for (std::size_t i = 0; i < authorizations::devices_max; ++i)
    codes.insert(grants.start_device("app", "common", {}).user_code);
  EXPECT_EQ(codes.size(), authorizations::devices_max);
  EXPECT_EQ(grants.find_device(first), nullptr);
}

TEST_F(authorizations_test, expired_devices_are_told_from_unknown_ones_for_a_while) {
  const auto code = grants.start_device("app", "common", {}).device_code;
  time.advance(20min);
  EXPECT_NE(grants.find_device(code), nullptr);
  time.advance(2h);
  (void)grants.start_device("app", "common", {});
  EXPECT_EQ(grants.find_device(code), nullptr);
}

TEST_F(authorizations_test, refresh_tokens_stand_side_by_side) {
  const auto first = grants.issue_refresh_token(of("Dora@contoso.test")).expose();
  time.advance(1h);
  const auto second = grants.issue_refresh_token(of("dora@contoso.test")).expose();
  EXPECT_NE(first, second);
  EXPECT_EQ(grants.refresh_tokens(), 2U);
  EXPECT_EQ(grants.find_refresh_token(second)->issued - grants.find_refresh_token(first)->issued, 1h);
  EXPECT_EQ(grants.find_refresh_token("1.A"), nullptr);
}

TEST_F(authorizations_test, of_one_user_and_application_only_the_newest_are_kept) {
  const auto other = grants.issue_refresh_token(of("dora@contoso.test", "other")).expose();
  const auto first = grants.issue_refresh_token(of("dora@contoso.test")).expose();
  for (std::size_t i = 1; i < authorizations::refresh_tokens_each_max; ++i)
    (void)grants.issue_refresh_token(of("DORA@contoso.test"));
  EXPECT_NE(grants.find_refresh_token(first), nullptr);
  (void)grants.issue_refresh_token(of("dora@contoso.test"));
  EXPECT_EQ(grants.find_refresh_token(first), nullptr);
  EXPECT_NE(grants.find_refresh_token(other), nullptr);
  EXPECT_EQ(grants.refresh_tokens(), authorizations::refresh_tokens_each_max + 1);
}

TEST_F(authorizations_test, revokes_all_of_a_user_or_those_of_one_application) {
  const auto mail = grants.issue_refresh_token(of("dora@contoso.test", "mail")).expose();
  const auto desk = grants.issue_refresh_token(of("dora@contoso.test", "desk")).expose();
  const auto other = grants.issue_refresh_token(of("otto@contoso.test", "mail")).expose();
  const auto dead = [&](const std::string& token) { return grants.find_refresh_token(token)->revoked; };
  grants.revoke("nobody@contoso.test");
  grants.revoke("DORA@contoso.test", "MAIL");
  EXPECT_TRUE(dead(mail));
  EXPECT_FALSE(dead(desk));
  grants.revoke("dora@contoso.test");
  EXPECT_TRUE(dead(desk));
  EXPECT_FALSE(dead(other));
  EXPECT_FALSE(dead(grants.issue_refresh_token(of("dora@contoso.test", "mail")).expose()));
}

} // namespace
} // namespace postroom::sim
