#include "protocol/oauth2/revocation.hpp"

#include <gtest/gtest.h>

namespace postroom::oauth2 {
namespace {

constexpr std::string_view endpoint = "https://oauth2.googleapis.com/revoke";
constexpr std::string_view request_id = "2f4a3c10-0000-4000-8000-000000000001";

secret<> hidden(std::string text) {
  return secret<>{std::move(text)};
}

TEST(revocation, is_a_form) {
  const auto request = make_revocation(endpoint, {"app-1", hidden("s"), {}}, hidden("1//0e+"), request_id).value();
  EXPECT_EQ(request.url, endpoint);
  EXPECT_EQ(request.body.expose(), "token=1%2F%2F0e%2B&token_type_hint=refresh_token&client_id=app-1&client_secret=s");
}

TEST(revocation, lacks_nothing) {
  EXPECT_FALSE(make_revocation("", {"app-1", {}, {}}, hidden("r"), request_id));
  EXPECT_FALSE(make_revocation("http://oauth2.googleapis.com/revoke", {"app-1", {}, {}}, hidden("r"), request_id));
  EXPECT_FALSE(make_revocation(endpoint, {"", {}, {}}, hidden("r"), request_id));
  EXPECT_FALSE(make_revocation(endpoint, {"app-1", {}, {}}, {}, request_id));
  EXPECT_FALSE(make_revocation(endpoint, {"app-1", {}, {}}, hidden("r"), "no id"));
}

} // namespace
} // namespace postroom::oauth2
