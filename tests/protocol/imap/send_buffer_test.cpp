#include "protocol/imap/send_buffer.hpp"

#include <gtest/gtest.h>

#include <random>

namespace postroom::imap {

namespace {

TEST(imap_send_buffer, gathers_what_is_small) {
  send_buffer out;
  out.append("A1 NOOP\r\n");
  out.append("");
  out.append("A2 NOOP\r\n");
  EXPECT_EQ(out.front(), "A1 NOOP\r\nA2 NOOP\r\n");
  out.sent(5);
  out.append("A3 NOOP\r\n");
  EXPECT_EQ(out.front(), "OP\r\nA2 NOOP\r\nA3 NOOP\r\n");
}

TEST(imap_send_buffer, keeps_what_is_large_where_it_is) {
  send_buffer out;
  std::string large(100'000, 'm');
  const auto* const octets = large.data();
  out.append("A1\r\n");
  out.append(std::move(large));
  out.append("\r\n");
  EXPECT_EQ(out.front(), "A1\r\n");
  out.sent(5);
  EXPECT_EQ(out.front().data(), octets + 1);
  out.sent(99'999);
  EXPECT_EQ(out.front(), "\r\n");
}

TEST(imap_send_buffer, holds_nothing_when_empty) {
  send_buffer out;
  EXPECT_EQ(out.buffered_bytes(), 0U);
  out.append("x");
  out.append(std::string(5000, 'y'));
  EXPECT_GE(out.buffered_bytes(), 5001U);
  out.sent(5001);
  EXPECT_EQ(out.buffered_bytes(), 0U);
  out.append("x");
  out.clear();
  EXPECT_EQ(out.front(), "");
  EXPECT_EQ(out.buffered_bytes(), 0U);
  out.sent(1000);
}

TEST(imap_send_buffer, loses_and_doubles_nothing_however_it_is_cut) {
  std::mt19937 random{11};
  send_buffer out;
  std::string given, sent;
  for (int i = 0; i < 2000; ++i) {
    std::string octets(random() % 3 == 0 ? random() % 3000 : random() % 60, static_cast<char>('a' + i % 26));
    given += octets;
    out.append(std::move(octets));
    const auto piece = out.front().substr(0, random() % 900);
    sent += piece;
    out.sent(piece.size());
  }
  for (; !out.front().empty(); out.sent(out.front().size()))
    sent += out.front();
  EXPECT_EQ(sent, given);
}

} // namespace

} // namespace postroom::imap
