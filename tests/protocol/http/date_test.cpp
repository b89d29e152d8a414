#include "protocol/http/date.hpp"

#include <gtest/gtest.h>

namespace postroom::http {
namespace {

using namespace std::chrono;

TEST(parse_date, knows_the_one_form_in_use) {
  EXPECT_EQ(parse_date("Sun, 06 Nov 1994 08:49:37 GMT"),
            wall_time{sys_days{November / 6 / 1994} + 8h + 49min + 37s}); // RFC 9110 §5.6.7
  EXPECT_EQ(parse_date("Thu, 29 Feb 2024 23:59:60 GMT"), wall_time{sys_days{March / 1 / 2024}});
}

TEST(parse_date, takes_nothing_else) {
  for (const auto* text :
       {"", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 31 Nov 1994 08:49:37 GMT", "Sun, 06 Abc 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, -6 Nov 1994 08:49:37 GMT", "Thu, 29 Feb 2023 00:00:00 GMT"})
    EXPECT_FALSE(parse_date(text)) << text;
  const std::string whole = "Sun, 06 Nov 1994 08:49:37 GMT";
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(parse_date(whole.substr(0, length)));
}

TEST(http_date, is_written_as_it_is_read) {
  EXPECT_EQ(format_date(*parse_date("Sun, 06 Nov 1994 08:49:37 GMT")), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(format_date(*parse_date("Thu, 29 Feb 2024 23:59:59 GMT")), "Thu, 29 Feb 2024 23:59:59 GMT");
}

} // namespace
} // namespace postroom::http
