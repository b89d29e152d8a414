#include "base/ids.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace postroom {
namespace {

// Stored data depends on these numbers: a change here is a change of every installation's layout.
TEST(shard_of, is_frozen) {
  EXPECT_EQ(shard_of("").value, 961);
  EXPECT_EQ(shard_of("a").value, 192);
  EXPECT_EQ(shard_of("acc_1").value, 1011);
  EXPECT_EQ(shard_of("support@example.com").value, 698);
  EXPECT_EQ(shard_of("0123456789abcdef0123456789abcdef").value, 962);
}

TEST(shard_of, spreads_similar_names) {
  std::vector<int> filled(shard_count);
  const int names = 50 * shard_count;
  for (int i = 0; i < names; ++i)
    ++filled.at(shard_of("acc_" + std::to_string(i)).value);
  for (const int count : filled) {
    EXPECT_GT(count, 10);
    EXPECT_LT(count, 120);
  }
}

TEST(is_valid_id, takes_what_needs_no_escape) {
  EXPECT_TRUE(is_valid_id("Acc_1.x-Y"));
  EXPECT_TRUE(is_valid_id(std::string(id_bytes_max, 'a')));
  EXPECT_FALSE(is_valid_id(""));
  EXPECT_FALSE(is_valid_id(std::string(id_bytes_max + 1, 'a')));
  for (const char* bad : {"a b", "a/b", "a\nb", "ü", "a%", "a:b"})
    EXPECT_FALSE(is_valid_id(bad)) << bad;
}

TEST(basic_id, kinds_do_not_mix) {
  static_assert(!std::is_convertible_v<tenant_id, account_id>);
  static_assert(!std::is_constructible_v<account_id, tenant_id>);
  EXPECT_TRUE(account_id{}.empty());
  EXPECT_LT(account_id{"a"}, account_id{"b"});
}

} // namespace
} // namespace postroom
