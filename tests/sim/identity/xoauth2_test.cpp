#include "sim/identity/xoauth2.hpp"

#include "base/encoding.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postroom::sim {
namespace {

TEST(xoauth2, is_read) {
  const auto google = parse_xoauth2("dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB2RjlkZnQ0cW1UYzJOdmIzUmxja0JoZE"
                                    "hSaGRtbHpkR0V1WTI5dENnPT0BAQ==")
                          .value();
  EXPECT_EQ(google.user, "someuser@example.com");
  EXPECT_EQ(google.token, "vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg==");
  const auto shared =
      parse_xoauth2("dXNlcj1zaGFyZWRAY29udG9zby5jb20BYXV0aD1CZWFyZXIgZXlKaGJHY2lPaUp1YjI1bEluMC5lMzAuAQE=").value();
  EXPECT_EQ(shared.user, "shared@contoso.com");
  EXPECT_EQ(shared.token, "eyJhbGciOiJub25lIn0.e30.");
}

TEST(xoauth2, is_nothing_else) {
  EXPECT_FALSE(parse_xoauth2(""));
  EXPECT_FALSE(parse_xoauth2("!!!"));
  for (const auto* text : {"user=a", "user=a\1auth=Bearer t", "user=a\1auth=Bearer t\1", "auth=Bearer t\1\1",
                           "user=a\1auth=Bearer \1", "user=a\1auth=bearer t\1\1", "n,a=u,\1auth=Bearer t\1\1"})
    EXPECT_FALSE(parse_xoauth2(base64_encode(text))) << text;
}

} // namespace
} // namespace postroom::sim
