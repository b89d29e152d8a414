#include "protocol/oauth2/revocation.hpp"

#include "tests/protocol/oauth2/cases.hpp"

#include <gtest/gtest.h>

namespace postroom::oauth2 {
namespace {

constexpr std::string_view revoke_endpoint = "https://oauth2.googleapis.com/revoke";

TEST(revocation, is_a_form) {
  const auto request =
      make_revocation(revoke_endpoint, {"app-1", hidden("s"), {}}, hidden("1//0e+"), request_id).value();
  EXPECT_EQ(request.url, revoke_endpoint);
  EXPECT_EQ(request.body.expose(), "token=1%2F%2F0e%2B&token_type_hint=refresh_token&client_id=app-1&client_secret=s");
}

TEST(revocation, lacks_nothing) {
  EXPECT_FALSE(make_revocation("", {"app-1", {}, {}}, hidden("r"), request_id));
  EXPECT_FALSE(make_revocation("http://oauth2.googleapis.com/revoke", {"app-1", {}, {}}, hidden("r"), request_id));
  EXPECT_FALSE(make_revocation(revoke_endpoint, {"", {}, {}}, hidden("r"), request_id));
  EXPECT_FALSE(make_revocation(revoke_endpoint, {"app-1", {}, {}}, {}, request_id));
  EXPECT_FALSE(make_revocation(revoke_endpoint, {"app-1", {}, {}}, hidden("r"), "no id"));
}

} // namespace
} // namespace postroom::oauth2
