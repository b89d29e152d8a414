#include "sim/smtp/sasl.hpp"

#include "base/encoding.hpp"

#include <gtest/gtest.h>

namespace postroom::sim {
namespace {

using namespace std::string_literals;

std::optional<xoauth2_fields> bearer(const std::string& plain) {
  return parse_oauthbearer(base64_encode(plain));
}

TEST(sasl, reads_oauthbearer) {
  const auto fields = parse_oauthbearer(
      "bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNS"
      "bGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"); // RFC 7628 §4.1
  ASSERT_TRUE(fields);
  EXPECT_EQ(fields->user, "user@example.com");
  EXPECT_EQ(fields->token, "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==");
  EXPECT_EQ(bearer("n,a=a=2Cb=3Dc@d,\1auth=Bearer t\1\1")->user, "a,b=c@d");
}

TEST(sasl, refuses_what_is_not_oauthbearer) {
  for (const auto& text :
       {""s, "n,a=u,\1\1"s, "n,a=u\1auth=Bearer t\1\1"s, "y,a=u,\1auth=Bearer t\1\1"s, "n,a=u,\1auth=Bearer t\1"s,
        "n,a=u=2,\1auth=Bearer t\1\1"s, "n,a=u,\1auth=Basic t\1\1"s, "n,a=u,"s, "user=u\1auth=Bearer t\1\1"s})
    EXPECT_FALSE(bearer(text)) << text;
  EXPECT_FALSE(parse_oauthbearer("!!!"));
}

TEST(sasl, reads_plain) {
  const auto fields = parse_plain("AGRvcmEAc2VjcmV0"); // NUL dora NUL secret
  ASSERT_TRUE(fields);
  EXPECT_EQ(fields->user, "dora");
  EXPECT_EQ(fields->password, "secret");
  EXPECT_TRUE(parse_plain(base64_encode("dora\0dora\0x"s)));
  for (const auto& text : {""s, "dora"s, "\0dora"s, "otto\0dora\0x"s, "\0\0x"s, "\0dora\0x\0y"s})
    EXPECT_FALSE(parse_plain(base64_encode(text))) << hex_encode(text);
}

} // namespace
} // namespace postroom::sim
