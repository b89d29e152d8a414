#include "protocol/oauth2/json_reader.hpp"

#include "base/limits.hpp"

#include <gtest/gtest.h>

namespace postroom::oauth2 {
namespace {

using namespace std::chrono_literals;

std::optional<std::chrono::seconds> seconds_in(const std::string& value) {
  const open_json document{"{\"a\":" + value + "}"};
  return seconds_of(*document.object(), "a");
}

std::optional<wall_time> time_in(const std::string& value) {
  const open_json document{"{\"a\":" + value + "}"};
  return time_of(*document.object(), "a");
}

TEST(open_json, is_an_object_or_nothing) {
  EXPECT_NE(open_json{"{}"}.object(), nullptr);
  for (const char* bad : {"", "[]", "null", "7", "\"x\"", "{", "{}{}", "\xff"})
    EXPECT_EQ(open_json{bad}.object(), nullptr) << bad;
}

TEST(open_json, has_a_longest) {
  const auto padding = std::string(limits::http_answer_bytes_max - 2, ' ');
  EXPECT_NE(open_json{"{" + padding + "}"}.object(), nullptr);
  EXPECT_EQ(open_json{"{" + padding + " }"}.object(), nullptr);
}

TEST(text_of, is_empty_for_what_is_no_text) {
  const open_json document{R"({"a":"x","b":7,"c":null,"d":["x"],"a":"y"})"};
  EXPECT_EQ(text_of(*document.object(), "a"), "x");
  for (const char* key : {"b", "c", "d", "e", ""})
    EXPECT_EQ(text_of(*document.object(), key), "") << key;
}

TEST(seconds_of, takes_numbers_and_digits) {
  EXPECT_EQ(seconds_in("5"), 5s);
  EXPECT_EQ(seconds_in("\"5\""), 5s);
  EXPECT_EQ(seconds_in("5.9"), 5s);
  EXPECT_EQ(seconds_in("99999999999"), 24h * 365);
  for (const char* bad : {"-1", "\"-1\"", "\"5s\"", "\"\"", "1e300", "null", "[5]"})
    EXPECT_EQ(seconds_in(bad), std::nullopt) << bad;
}

TEST(time_of, takes_numbers_up_to_the_year_9999) {
  EXPECT_EQ(time_in("0"), wall_time{});
  EXPECT_EQ(time_in("1795521600.9"), wall_time{1795521600s});
  EXPECT_EQ(time_in("253402300799"), wall_time{253402300799s});
  for (const char* bad : {"253402300800", "253402300800.5", "-1", "-0.5", "1e300", "\"1795521600\"", "null",
                          "9223372036854775807", "18446744073709551615"})
    EXPECT_EQ(time_in(bad), std::nullopt) << bad;
}

TEST(flatten, makes_one_line) {
  EXPECT_EQ(flatten("a\r\nb\tc\x7f", 100), "a b c ");
  EXPECT_EQ(flatten("\r\na", 100), "a");
  EXPECT_EQ(flatten("grün", 3), "gr");
  EXPECT_EQ(flatten("", 3), "");
}

} // namespace
} // namespace postroom::oauth2
