#include "api/sign_in/cookie.hpp"

#include <gtest/gtest.h>

namespace postroom::api::sign_in {
namespace {

const std::string value(43, 'v');

TEST(sign_in_cookie, is_found_among_others) {
  EXPECT_EQ(cookie_in("postroom_sign_in=" + value), value);
  EXPECT_EQ(cookie_in("a=b; postroom_sign_in=" + value + "; c"), value);
  EXPECT_EQ(cookie_in(" postroom_sign_in = " + value + " "), value);
  EXPECT_EQ(cookie_in("postroom_sign_in=" + value + ";postroom_sign_in=" + std::string(43, 'w')), value);
}

TEST(sign_in_cookie, that_is_not_one_of_ours_is_none) {
  for (const std::string& header :
       {std::string{}, std::string{";"}, std::string{"postroom_sign_in"}, std::string{"postroom_sign_in="},
        "xpostroom_sign_in=" + value, "postroom_sign_in=" + value + "v", "postroom_sign_in=\"" + value.substr(2) + "\"",
        "POSTROOM_SIGN_IN=" + value})
    EXPECT_EQ(cookie_in(header), "") << header;
}

TEST(sign_in_cookie, is_read_from_every_prefix_of_a_header) {
  const std::string header = "a=b; postroom_sign_in=" + value + "; c=d";
  const auto complete = header.find(value) + value.size();
  for (std::size_t bytes = 0; bytes <= header.size(); ++bytes)
    EXPECT_EQ(cookie_in(std::string_view{header}.substr(0, bytes)), bytes >= complete ? value : "") << bytes;
}

TEST(sign_in_cookie, is_new_each_time_and_can_be_read_back) {
  const auto drawn = draw_cookie();
  EXPECT_NE(drawn, draw_cookie());
  const auto header = set_cookie(drawn, std::chrono::minutes{15});
  EXPECT_EQ(cookie_in(header.substr(0, header.find(';'))), drawn);
  EXPECT_NE(header.find("; Max-Age=900; HttpOnly; Secure; SameSite=None"), std::string::npos);
}

} // namespace
} // namespace postroom::api::sign_in
