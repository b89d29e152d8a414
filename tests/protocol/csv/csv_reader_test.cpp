#include "protocol/csv/csv_reader.hpp"
#include "protocol/csv/csv_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::csv {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using fields = std::vector<std::string>;

/// All rows of a text that is fed in pieces of `step` octets; the error as the last row's only field.
std::vector<fields> rows_of(const std::string& text, std::size_t step, reader_limits bounds = {}) {
  reader from{bounds};
  std::vector<fields> out;
  const auto take = [&] {
    while (auto next = from.take())
      out.push_back(next->fields);
  };
  for (std::size_t at = 0; at < text.size(); at += step) {
    const auto read = from.add(std::string_view{text}.substr(at, step));
    take();
    if (!read) {
      out.push_back({"error", read.error().detail});
      return out;
    }
  }
  const auto ended = from.finish();
  take();
  if (!ended)
    out.push_back({"error", ended.error().detail});
  return out;
}
std::vector<fields> rows_of(const std::string& text) {
  const auto whole = rows_of(text, std::max<std::size_t>(text.size(), 1));
  EXPECT_EQ(rows_of(text, 1), whole) << "byte by byte it reads otherwise";
  EXPECT_EQ(rows_of(text, 3), whole);
  return whole;
}

TEST(csv_reader, reads_the_examples_of_rfc_4180) {
  EXPECT_THAT(rows_of("aaa,bbb,ccc\r\nzzz,yyy,xxx\r\n"),
              ElementsAre(fields{"aaa", "bbb", "ccc"}, fields{"zzz", "yyy", "xxx"}));
  EXPECT_THAT(rows_of("aaa,bbb\r\nzzz,yyy"), ElementsAre(fields{"aaa", "bbb"}, fields{"zzz", "yyy"}));
  EXPECT_THAT(rows_of("\"aaa\",\"b \r\nbb\",\"ccc\"\r\nzzz,yyy,xxx"),
              ElementsAre(fields{"aaa", "b \r\nbb", "ccc"}, fields{"zzz", "yyy", "xxx"}));
  EXPECT_THAT(rows_of("\"aaa\",\"b\"\"bb\",\"ccc\""), ElementsAre(fields{"aaa", "b\"bb", "ccc"}));
}

TEST(csv_reader, tells_the_separator_from_the_header) {
  EXPECT_THAT(rows_of("a;b\n1,5;2\n"), ElementsAre(fields{"a", "b"}, fields{"1,5", "2"}));
  EXPECT_THAT(rows_of("\"a;x\",b;c\n1;2,3\n"), ElementsAre(fields{"a;x", "b;c"}, fields{"1;2", "3"}));
  EXPECT_THAT(rows_of("a\n1;2\n3,4\n"), ElementsAre(fields{"a"}, fields{"1;2"}, fields{"3", "4"}))
      << "of one column there is none to be told";
}

TEST(csv_reader, takes_every_kind_of_line_end_and_leaves_out_empty_rows) {
  EXPECT_THAT(rows_of("a,b\r1,2\r\r\n\n3,4\n\n"), ElementsAre(fields{"a", "b"}, fields{"1", "2"}, fields{"3", "4"}));
  EXPECT_THAT(rows_of("a\n\"\"\n"), ElementsAre(fields{"a"}, fields{""})) << "quoted, it is a row";
  EXPECT_THAT(rows_of("a,b\n,\n"), ElementsAre(fields{"a", "b"}, fields{"", ""}));
  EXPECT_THAT(rows_of(""), IsEmpty());
  EXPECT_THAT(rows_of("\n\r\n"), IsEmpty());
  EXPECT_THAT(rows_of(" a , b"), ElementsAre(fields{" a ", " b"})) << "blanks belong to the field";
}

TEST(csv_reader, skips_a_byte_order_mark_and_refuses_utf_16) {
  EXPECT_THAT(rows_of("\xEF\xBB\xBF"
                      "a,b\n"),
              ElementsAre(fields{"a", "b"}));
  EXPECT_THAT(rows_of("\xEF\xBB\xBF\"a\",b"), ElementsAre(fields{"a", "b"}));
  EXPECT_THAT(rows_of("\xEF\xBB"
                      "a"),
              ElementsAre(fields{"\xEF\xBB"
                                 "a"}))
      << "half a mark is text";
  EXPECT_THAT(rows_of("\xEF\xBB"), ElementsAre(fields{"\xEF\xBB"}));
  EXPECT_THAT(rows_of("\xFF\xFE"
                      "a\0"s)
                  .back()
                  .back(),
              HasSubstr("UTF-16"));
}

TEST(csv_reader, numbers_rows_as_a_spreadsheet_does) {
  reader from;
  ASSERT_TRUE(from.add("h\n\n\"two\nlines\"\nthree\n"));
  EXPECT_EQ(from.take()->number, 1U);
  EXPECT_EQ(from.take()->number, 3U);
  EXPECT_EQ(from.take()->number, 4U);
  EXPECT_FALSE(from.take());
}

TEST(csv_reader, names_the_row_that_is_malformed_and_reads_no_further) {
  EXPECT_THAT(rows_of("a,b\n1,x\"y\n").back().back(), HasSubstr("row 2 has a quotation mark within"));
  EXPECT_THAT(rows_of("a,b\n\"1\"x,2\n").back().back(), HasSubstr("row 2 goes on after"));
  EXPECT_THAT(rows_of("a,b\n1,\"2\n3").back().back(), HasSubstr("row 2 begins a field with a quotation mark"));
  reader from;
  ASSERT_FALSE(from.add("x\"y\n"));
  EXPECT_FALSE(from.add("a\n"));
  EXPECT_FALSE(from.finish());
  EXPECT_FALSE(from.take());
}

TEST(csv_reader, bounds_rows_and_fields) {
  EXPECT_THAT(rows_of("abcd\n", 1, {4, 8}).back().back(), HasSubstr("longer than 4 bytes")) << "with its line end";
  EXPECT_THAT(rows_of("abc\nabc\n", 1, {4, 8}), ElementsAre(fields{"abc"}, fields{"abc"}));
  EXPECT_THAT(rows_of("\"ab\ncdefgh", 1, {6, 8}).back().back(), HasSubstr("row 1 is longer"));
  EXPECT_THAT(rows_of("a,b,c\n", 1, {64, 2}).back().back(), HasSubstr("more than 2 fields"));
  EXPECT_THAT(rows_of("a,b\n", 1, {64, 2}), ElementsAre(fields{"a", "b"}));
}

TEST(csv_writer, writes_what_the_reader_reads) {
  const std::vector<fields> rows{{"id", "name"},        {"a,b", "c;d"}, {"say \"hi\"", "two\r\nlines\rand\nmore"},
                                 {" blanks ", "\ttab"}, {"", ""},       {"\xEF\xBB\xBFmark", "ü"}};
  std::string text;
  for (const auto& each : rows)
    text += write_row(each);
  EXPECT_EQ(rows_of(text), rows);
  EXPECT_EQ(write_row(fields{"a", "b c"}), "a,b c\r\n") << "no more quotes than needed";
  EXPECT_EQ(write_row(fields{""}), "\"\"\r\n");
  EXPECT_THAT(rows_of("h\r\n" + write_row(fields{""})), ElementsAre(fields{"h"}, fields{""}));
}

} // namespace
} // namespace postroom::csv
