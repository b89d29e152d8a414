#include "sim/imap/header_fields.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::sim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(header_fields, splits_at_the_blank_line_whatever_the_line_ends) {
  EXPECT_EQ(header_octets("A: 1\r\n\r\nbody"), 8U);
  EXPECT_EQ(header_octets("A: 1\n\nbody"), 6U);
  EXPECT_EQ(header_octets("\r\nbody"), 2U);
  EXPECT_EQ(header_octets("A: 1\r\nB: 2"), 10U);
  EXPECT_EQ(header_octets(""), 0U);
}

TEST(header_fields, keeps_folds_and_lines_that_are_no_fields) {
  const auto fields = header_fields("Subject : one\r\n two\r\nnonsense\r\nX:\r\n\r\nNot: a field\r\n");
  ASSERT_EQ(fields.size(), 3U);
  EXPECT_EQ(fields[0].name, "Subject");
  EXPECT_EQ(fields[0].whole, "Subject : one\r\n two\r\n");
  EXPECT_EQ(fields[1].name, "nonsense");
  EXPECT_EQ(find_field(fields, "SUBJECT"), "one two");
  EXPECT_EQ(find_field(fields, "x"), "");
  EXPECT_EQ(find_field(fields, "not"), std::nullopt);
}

TEST(header_fields, are_bounded) {
  std::string header;
  for (int i = 0; i < 20'000; ++i)
    header += "A:\n";
  EXPECT_EQ(header_fields(header).size(), 10'000U);
}

TEST(header_fields, reads_values_with_parameters) {
  const auto type = parse_parameterised(R"(text/plain (a comment (nested)); charset="utf-8"; format=flowed; x)");
  EXPECT_EQ(type.value, "text/plain");
  EXPECT_THAT(type.parameters, ElementsAre(Pair("charset", "utf-8"), Pair("format", "flowed")));
  EXPECT_THAT(parse_parameterised(R"(attachment; filename="a \"b\".txt")").parameters,
              ElementsAre(Pair("filename", "a \"b\".txt")));
  EXPECT_EQ(parse_parameterised("").value, "");
  EXPECT_THAT(parse_parameterised(R"(a; b="never ends)").parameters, ElementsAre(Pair("b", "never ends")));
  EXPECT_THAT(parse_parameterised("a; =; ;;; c").parameters, IsEmpty());
  EXPECT_THAT(parse_parameterised("a ((never ends; b=c").parameters, IsEmpty());
}

TEST(header_fields, joins_continued_parameters) {
  EXPECT_THAT(parse_parameterised(R"(a; name*1="two"; name*0="one "; size=3)").parameters,
              ElementsAre(Pair("size", "3"), Pair("name", "one two")));
  EXPECT_THAT(parse_parameterised("a; filename*0*=utf-8''%E2%82%AC; filename*1=\" x.pdf\"").parameters,
              ElementsAre(Pair("filename*", "utf-8''%E2%82%AC%20x.pdf")));
  EXPECT_THAT(parse_parameterised("a; filename*=utf-8''%E2%82%AC").parameters,
              ElementsAre(Pair("filename*", "utf-8''%E2%82%AC")));
  EXPECT_THAT(parse_parameterised("a; n*0=a; n*2=c").parameters, ElementsAre(Pair("n", "a")));
  EXPECT_THAT(parse_parameterised("a; n*1=b").parameters, IsEmpty());
}

} // namespace
} // namespace postroom::sim
