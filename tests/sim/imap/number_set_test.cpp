#include "sim/imap/number_set.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace postroom::sim {
namespace {

using testing::ElementsAre;

std::vector<std::pair<std::uint32_t, std::uint32_t>> merged(std::string_view text, std::uint32_t highest) {
  return parse_number_set(text).value().merged(highest);
}

TEST(number_set, is_put_in_order) {
  EXPECT_THAT(merged("9,3:1,2:5", 20), ElementsAre(std::pair(1U, 5U), std::pair(9U, 9U)));
  EXPECT_THAT(merged("30:*", 20), ElementsAre(std::pair(20U, 30U))) << "RFC 3501 §6.4.8";
  EXPECT_THAT(merged("*", 7), ElementsAre(std::pair(7U, 7U)));
  for (const auto* text : {"", "0", "1:", ":2", "a", "1,,2", "4294967296"})
    EXPECT_FALSE(parse_number_set(text)) << text;
}

TEST(number_set, is_written) {
  EXPECT_EQ(number_set_text({1, 2, 3, 5, 7, 8}), "1:3,5,7:8");
  EXPECT_EQ(number_set_text({}), "");
}

TEST(mod_seq, has_63_bits) {
  EXPECT_EQ(parse_mod_seq("9223372036854775807"), 9223372036854775807U);
  for (const auto* text : {"", "9223372036854775808", "-1", "1x"})
    EXPECT_FALSE(parse_mod_seq(text)) << text;
}

} // namespace
} // namespace postroom::sim
