#include "api/sign_in/cookie.hpp"

#include <gtest/gtest.h>

namespace postroom::api::sign_in {
namespace {

const std::string id = "a.1";
const std::string value(43, 'v');

TEST(sign_in_cookie, is_found_among_others) {
  EXPECT_EQ(cookie_in("postroom_sign_in_a.1=" + value, id), value);
  EXPECT_EQ(cookie_in("a=b; postroom_sign_in_a.1=" + value + "; c", id), value);
  EXPECT_EQ(cookie_in(" postroom_sign_in_a.1 = " + value + " ", id), value);
  EXPECT_EQ(cookie_in("postroom_sign_in_a.1=" + value + ";postroom_sign_in_a.1=" + std::string(43, 'w'), id), value);
}

TEST(sign_in_cookie, that_is_not_one_of_ours_is_none) {
  for (const std::string& header :
       {std::string{}, std::string{";"}, std::string{"postroom_sign_in_a.1"}, std::string{"postroom_sign_in_a.1="},
        "xpostroom_sign_in_a.1=" + value, "postroom_sign_in_a.1=" + value + "v",
        "postroom_sign_in_a.1=\"" + value.substr(2) + "\"", "POSTROOM_SIGN_IN_A.1=" + value,
        "postroom_sign_in_a.2=" + value, "postroom_sign_in=" + value})
    EXPECT_EQ(cookie_in(header, id), "") << header;
}

TEST(sign_in_cookie, is_read_from_every_prefix_of_a_header) {
  const std::string header = "a=b; postroom_sign_in_a.1=" + value + "; c=d";
  const auto complete = header.find(value) + value.size();
  for (std::size_t bytes = 0; bytes <= header.size(); ++bytes)
    EXPECT_EQ(cookie_in(std::string_view{header}.substr(0, bytes), id), bytes >= complete ? value : "") << bytes;
}

TEST(sign_in_cookie, is_new_each_time_and_can_be_read_back) {
  const auto drawn = draw_cookie();
  EXPECT_NE(drawn, draw_cookie());
  const auto header = set_cookie(id, drawn, std::chrono::minutes{15});
  EXPECT_EQ(cookie_in(header.substr(0, header.find(';')), id), drawn);
  EXPECT_NE(header.find("; Max-Age=900; HttpOnly; Secure; SameSite=None"), std::string::npos);
}

} // namespace
} // namespace postroom::api::sign_in
