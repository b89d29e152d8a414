#include "sim/identity/form.hpp"

#include <gtest/gtest.h>

namespace postroom::sim {
namespace {

TEST(form_test, decodes_names_and_values) {
  EXPECT_EQ(parse_form("a=1+2&b%20c=%7Ex%3D&d=&nothing&e=%zz"),
            (form_fields{{"a", "1 2"}, {"b c", "~x="}, {"d", ""}, {"e", "%zz"}}));
  EXPECT_EQ(parse_form("a=1&a=2%"), (form_fields{{"a", "2%"}}));
}

TEST(form_test, takes_no_more_than_fifty_fields) {
  std::string body;
  for (int i = 0; i < 1000; ++i)
    body += "f" + std::to_string(i) + "=x&";
  EXPECT_EQ(parse_form(body).size(), 50U);
}

TEST(form_test, finds_nothing_where_nothing_is) {
  const form_fields form{{"a", "1"}};
  EXPECT_EQ(value_of(form, "a"), "1");
  EXPECT_EQ(value_of(form, "b"), "");
}

} // namespace
} // namespace postroom::sim
