#include "protocol/mime/outgoing_fields.hpp"

#include "protocol/mime/gmime_fields.hpp"
#include "protocol/mime/header_fields.hpp"
#include "protocol/mime/outgoing_scan.hpp"
#include "tests/protocol/mime/outgoing_support.hpp"

namespace postroom::mime {
namespace {

using test::longest_line;

std::string value_of(const std::string& field) {
  return unfold(std::string_view(field).substr(field.find(':') + 1), 1 << 20);
}

TEST(outgoing_fields, leave_plain_words_alone) {
  EXPECT_EQ(text_field("Subject", "Hello, world"), "Subject: Hello, world\r\n");
  EXPECT_EQ(value_field("X-A", "  one  two "), "X-A: one  two\r\n");
  EXPECT_EQ(value_field("X-A", "   "), "X-A:\r\n");
  EXPECT_EQ(value_field("X-A", "=?utf-8?Q?=C3=A4?= <a@b>"), "X-A: =?utf-8?Q?=C3=A4?= <a@b>\r\n");
}

TEST(outgoing_fields, encode_what_readers_would_misunderstand) {
  EXPECT_EQ(text_field("Subject", "Grüße"), "Subject: =?utf-8?B?R3LDvMOfZQ==?=\r\n");
  EXPECT_EQ(text_field("Subject", "Köln am Rhein"), "Subject: =?utf-8?Q?K=C3=B6ln_am_Rhein?=\r\n");
  EXPECT_EQ(text_field("Subject", "日本"), "Subject: =?utf-8?B?5pel5pys?=\r\n");
  for (const auto* text : {"=?utf-8?Q?literally?=", " leading", "trailing ",
                           "a\xF0\x9F\x98\x80"
                           "b"}) {
    const auto field = text_field("Subject", text);
    EXPECT_NE(field.find("=?utf-8?"), std::string::npos) << field;
    EXPECT_EQ(decode_text(value_of(field), 1000), trim(text)) << field;
  }
}

TEST(outgoing_fields, fold_in_front_of_blanks_and_lose_none) {
  std::string text;
  for (int i = 0; i < 60; ++i)
    text += std::string(static_cast<std::size_t>(i % 4), ' ') + " word" + std::to_string(i);
  text.erase(0, 1);
  const auto field = text_field("Subject", text);
  EXPECT_LE(longest_line(field), 78U);
  EXPECT_EQ(value_of(field), text);
  EXPECT_EQ(field.find("\r\n\r\n"), std::string::npos);
}

TEST(outgoing_fields, cut_long_text_between_characters) {
  for (const std::string_view unit : {"ä", "日", "\xF0\x9F\x98\x80", "aé ", "ä日", "x"}) {
    for (std::size_t pad = 0; pad < 80; ++pad) {
      std::string text = "ß" + std::string(pad, 'p');
      while (text.size() < 400)
        text += unit;
      text += '.';
      const auto field = text_field("Subject", text);
      ASSERT_LE(longest_line(field), 76U) << field;
      ASSERT_EQ(field.find("=?=\r\n =?"), std::string::npos) << "padding inside: " << field;
      ASSERT_EQ(decode_text(value_of(field), 10'000), text);
    }
  }
}

TEST(outgoing_fields, encode_a_word_too_long_for_any_line) {
  const std::string text(3000, 'x');
  const auto field = text_field("Subject", text);
  EXPECT_LE(longest_line(field), 76U);
  EXPECT_EQ(decode_text(value_of(field), 10'000), text);
  EXPECT_EQ(longest_unfoldable("a bb  ccc"), 5U);
  EXPECT_EQ(longest_unfoldable(std::string(901, ' ')), 901U);
}

TEST(outgoing_fields, write_every_name_so_that_it_comes_back) {
  std::string long_name(200, 'n');
  long_name += " long";
  const std::vector<address> list{
      {"", "plain@example.com"},
      {"Anna Müller", "anna@example.com"},
      {"Team, Support", "s@example.com"},
      {R"(The "Boss" \ himself)", "b@example.com"},
      {"O'Neil", "o@example.com"},
      {"anna@example.com", "someone-else@example.com"},
      {"two  blanks", "t@example.com"},
      {long_name, "l@example.com"},
      {"日本語の名前がとても長いのでここで折り返される必要がある", "j@example.com"},
      {"(comment) <angle>; group:", "g@example.com"},
      {"", R"("quoted local"@example.com)"},
  };
  const auto field = address_field("To", list);
  EXPECT_LE(longest_line(field), 78U);
  std::vector<address> back;
  EXPECT_TRUE(decode_addresses(value_of(field), back));
  ASSERT_EQ(back.size(), list.size()) << field;
  for (std::size_t i = 0; i < list.size(); ++i) {
    EXPECT_EQ(back[i].name, list[i].name) << field;
    EXPECT_EQ(back[i].address, list[i].address);
  }
}

TEST(outgoing_fields, encode_a_name_that_looks_encoded) {
  const auto field = address_field("To", {{"=?utf-8?Q?x?=", "e@example.com"}});
  EXPECT_EQ(field, "To: =?utf-8?B?PT91dGYtOD9RP3g/PQ==?= <e@example.com>\r\n");
}

TEST(outgoing_fields, fold_between_message_ids) {
  std::vector<std::string> ids;
  for (int i = 0; i < 40; ++i)
    ids.push_back(std::to_string(i) + std::string(40, 'a') + "@example.com");
  const auto field = ids_field("References", ids);
  EXPECT_LE(longest_line(field), 78U);
  EXPECT_EQ(decode_references(value_of(field)), ids);
}

TEST(outgoing_fields, write_dates_that_are_read_as_the_same_second) {
  EXPECT_EQ(date_field(wall_time{std::chrono::milliseconds{1'795'515'330'999}}),
            "Date: Tue, 24 Nov 2026 10:15:30 +0000\r\n");
  EXPECT_EQ(date_field(wall_time{}), "Date: Thu, 1 Jan 1970 00:00:00 +0000\r\n");
  for (std::int64_t s = 0; s < 4'000'000'000; s += 86'399'001) {
    const wall_time date{std::chrono::seconds{s}};
    ASSERT_EQ(decode_date(value_of(date_field(date))), date);
  }
}

TEST(outgoing_scan, measures_lines_by_any_end) {
  const auto found = scan_octets("a\r\nbbb\rcc\ndddd");
  EXPECT_EQ(found.longest_line, 4U);
  EXPECT_FALSE(found.eight_bit || found.nul);
  EXPECT_TRUE(scan_octets(std::string_view("\0", 1)).nul);
  EXPECT_TRUE(scan_octets("\x80").eight_bit);
  std::string lines(998, 'x');
  lines.append(1, '\n').append(999, 'y');
  test::owned_source in_pieces(lines, 7);
  EXPECT_EQ(scan_octets(in_pieces).value().longest_line, 999U);
  EXPECT_EQ(with_lf("a\r\nb\rc\nd\r\r\n"), "a\nb\nc\nd\n\n");
}

} // namespace
} // namespace postroom::mime
