#include "base/guid.hpp"

#include <gtest/gtest.h>

#include <string>

namespace postroom {
namespace {

constexpr std::string_view good = "9188040d-6c67-4c5b-b112-36a304b66dad";

TEST(guid, is_recognised_in_any_letter_case) {
  EXPECT_TRUE(is_guid(good));
  EXPECT_TRUE(is_guid("9188040D-6C67-4C5B-B112-36A304B66DAD"));
}

TEST(guid, has_one_shape) {
  for (std::size_t i = 0; i < good.size(); ++i) {
    EXPECT_FALSE(is_guid(good.substr(0, i))) << i;
    std::string changed{good};
    changed[i] = good[i] == '-' ? '0' : 'g';
    EXPECT_FALSE(is_guid(changed)) << i;
  }
  EXPECT_FALSE(is_guid(std::string{good} + "0"));
  EXPECT_FALSE(is_guid("{9188040d-6c67-4c5b-b112-36a304b66dad}"));
}

} // namespace
} // namespace postroom
