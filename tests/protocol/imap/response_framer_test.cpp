#include "protocol/imap/response_framer.hpp"

#include <gtest/gtest.h>

namespace postroom::imap {

namespace {

result<response_framer::piece> feed(response_framer& framer, std::string_view octets) {
  std::span<const char> input{octets.data(), octets.size()};
  return framer.next(input);
}

TEST(imap_framer, hands_out_a_line_in_place_without_copying) {
  response_framer framer;
  const std::string_view wire = "* 1 EXISTS\r\nrest";
  std::span<const char> input{wire.data(), wire.size()};
  const auto piece = framer.next(input);
  EXPECT_EQ(std::get<frame>(*piece).text.data(), wire.data());
  EXPECT_EQ(std::string_view(input.data(), input.size()), "rest");
  EXPECT_EQ(framer.buffered_bytes(), 0U);
}

TEST(imap_framer, refuses_a_huge_inline_literal_without_allocating) {
  for (const auto* size : {"2147483648", "262145", "18446744073709551615", "99999999999999999999999"}) {
    response_framer framer;
    const auto piece = feed(framer, std::string{"* LIST () \"/\" {"} + size + "}\r\n");
    ASSERT_FALSE(piece) << size;
    EXPECT_EQ(piece.error().code, errc::too_large);
    EXPECT_LT(framer.buffered_bytes(), 1000U);
  }
}

TEST(imap_framer, refuses_inline_literals_that_are_too_large_together) {
  response_framer framer;
  const std::string big(200'000, 'x');
  std::string wire = "* X {200000}\r\n" + big + " {100000}\r\n";
  EXPECT_EQ(feed(framer, wire).error().code, errc::too_large);
}

TEST(imap_framer, refuses_a_body_beyond_the_limit) {
  response_framer framer;
  const auto piece = feed(framer, "* 1 FETCH (BODY[] {268435457}\r\n");
  ASSERT_FALSE(piece);
  EXPECT_EQ(piece.error().code, errc::too_large);
  response_framer other;
  EXPECT_TRUE(std::holds_alternative<body_start>(*feed(other, "* 1 FETCH (BODY[] {268435456}\r\n")));
}

TEST(imap_framer, refuses_an_endless_line_however_it_is_cut) {
  response_framer framer{{.line_bytes_max = 100}};
  const std::string line(99, 'x');
  EXPECT_TRUE(feed(framer, line));
  EXPECT_TRUE(feed(framer, "x"));
  EXPECT_EQ(feed(framer, "x").error().code, errc::too_large);
}

TEST(imap_framer, counts_the_lines_between_literals_together) {
  response_framer framer{{.line_bytes_max = 39}};
  EXPECT_TRUE(feed(framer, "* X ({1}\r\na {1}\r\na {1}\r\na"));
  EXPECT_FALSE(feed(framer, " {1}\r\na {1}\r\na {1}\r\na"));
}

TEST(imap_framer, streams_a_body_as_views_into_the_input) {
  response_framer framer;
  const std::string_view wire = "* 1 FETCH (UID 2 BODY[] {5}\r\nhello)\r\n";
  std::span<const char> input{wire.data(), wire.size()};
  const auto start = std::get<body_start>(*framer.next(input));
  EXPECT_EQ(start.sequence, 1U);
  EXPECT_EQ(start.bytes, 5U);
  EXPECT_EQ(std::get<body_piece>(*framer.next(input)).octets.data(), wire.data() + 29);
  const auto whole = std::get<frame>(*framer.next(input));
  EXPECT_EQ(whole.text, "* 1 FETCH (UID 2 BODY[] {5}\r\n)");
  EXPECT_EQ(whole.streamed->offset, 24U);
  EXPECT_EQ(whole.streamed->bytes, 5U);
}

TEST(imap_framer, does_not_take_a_senders_text_for_a_body) {
  // The subject, a literal, ends in BODY[]; the next literal belongs to the envelope.
  response_framer framer;
  const std::string_view wire = "* 1 FETCH (ENVELOPE (NIL {8}\r\n (BODY[] {3}\r\nabc";
  std::span<const char> input{wire.data(), wire.size()};
  EXPECT_TRUE(std::holds_alternative<need_more>(*framer.next(input)));
}

TEST(imap_framer, streams_only_one_body_of_a_response) {
  response_framer framer;
  const std::string_view wire = "* 1 FETCH (BODY[] {1}\r\na BODY[] {2}\r\nbc)\r\n";
  std::span<const char> input{wire.data(), wire.size()};
  EXPECT_TRUE(std::holds_alternative<body_start>(*framer.next(input)));
  EXPECT_TRUE(std::holds_alternative<body_piece>(*framer.next(input)));
  EXPECT_EQ(std::get<frame>(*framer.next(input)).text, "* 1 FETCH (BODY[] {1}\r\n BODY[] {2}\r\nbc)");
}

TEST(imap_framer, keeps_carriage_returns_that_end_no_line) {
  response_framer framer;
  EXPECT_EQ(std::get<frame>(*feed(framer, "* OK a\rb\r\r\n")).text, "* OK a\rb\r");
}

TEST(imap_framer, does_not_stream_outside_of_fetch) {
  response_framer framer;
  EXPECT_TRUE(std::holds_alternative<need_more>(*feed(framer, "* X (BODY[] {5}\r\nab")));
  response_framer other;
  EXPECT_TRUE(std::holds_alternative<need_more>(*feed(other, "* 1 FETCH (BODY[TEXT] {5}\r\nab")));
}

TEST(imap_framer, gives_memory_back_only_when_nothing_is_half_read) {
  response_framer framer;
  EXPECT_TRUE(feed(framer, std::string(1000, 'x')));
  EXPECT_TRUE(framer.half_read());
  framer.release();
  EXPECT_GE(framer.buffered_bytes(), 1000U);
  EXPECT_EQ(std::get<frame>(*feed(framer, "y\r\n")).text.size(), 1001U);
  EXPECT_FALSE(framer.half_read());
  framer.release();
  EXPECT_EQ(framer.buffered_bytes(), 0U);
}

} // namespace

} // namespace postroom::imap
