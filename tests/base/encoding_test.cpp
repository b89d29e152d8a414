#include "base/encoding.hpp"

#include <gtest/gtest.h>

namespace postroom {
namespace {

// RFC 4648 §10.
TEST(base64, known_answers) {
  const std::pair<std::string_view, std::string_view> rows[] = {{"", ""},
                                                                {"f", "Zg=="},
                                                                {"fo", "Zm8="},
                                                                {"foo", "Zm9v"},
                                                                {"foob", "Zm9vYg=="},
                                                                {"fooba", "Zm9vYmE="},
                                                                {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : rows) {
    EXPECT_EQ(base64_encode(plain), coded);
    EXPECT_EQ(base64_decode(coded).value(), plain);
  }
}

TEST(base64, every_byte_goes_and_comes_back) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes.push_back(static_cast<char>(i));
    EXPECT_EQ(base64_decode(base64_encode(bytes)).value(), bytes);
    EXPECT_EQ(base64url_decode(base64url_encode(bytes)).value(), bytes);
    EXPECT_EQ(hex_decode(hex_encode(bytes)).value(), bytes);
  }
}

TEST(base64, takes_no_second_spelling) {
  for (const char* bad :
       {"Zg", "Zg=", "Zg===", "Z===", "====", "=", "Zh==", "Zm9=", "Zm 9v", "Zm9v\n", "Zm9v====", "Zm-v", "Zg==Zg=="})
    EXPECT_EQ(base64_decode(bad).error().code, errc::invalid_argument) << bad;
}

TEST(base64url, is_unpadded_and_has_its_own_letters) {
  EXPECT_EQ(base64url_encode("\xfb\xff"), "-_8");
  EXPECT_EQ(base64_encode("\xfb\xff"), "+/8=");
  for (const char* bad : {"-_8=", "+/8", "-_9", "a"})
    EXPECT_FALSE(base64url_decode(bad)) << bad;
}

TEST(hex, is_lower_case_and_strict) {
  EXPECT_EQ(hex_encode("\x01\xab\xff"), "01abff");
  EXPECT_EQ(hex_decode("01ABff").value(), "\x01\xab\xff");
  for (const char* bad : {"0", "0g", "0x", " 1"})
    EXPECT_FALSE(hex_decode(bad)) << bad;
}

} // namespace
} // namespace postroom
