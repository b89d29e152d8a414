#include "sim/imap/message_parts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace postroom::sim {
namespace {

using testing::StartsWith;
using enum message_part::kind;
using numbers = std::vector<std::uint32_t>;

const std::string nested = "Subject: outer\r\n"
                           "Content-Type: multipart/mixed; boundary=\"out\"\r\n\r\n"
                           "preamble\r\n"
                           "--out\r\n"
                           "Content-Type: text/plain\r\n\r\n"
                           "first\r\n\r\n"
                           "--out \t\r\n"
                           "Content-Type: message/rfc822\r\n\r\n"
                           "Subject: inner\r\n"
                           "Content-Type: multipart/alternative; boundary=outer-not\r\n\r\n"
                           "--outer-not\r\n\r\n"
                           "plain\r\n"
                           "--outer-not\r\n"
                           "Content-Type: text/html\r\n\r\n"
                           "<p>\r\n"
                           "--outer-not--\r\n"
                           "--out--\r\n"
                           "epilogue\r\n";

std::string_view body_of(const std::string& raw, const message_part& mail, const numbers& part) {
  const auto* found = find_part(mail, part);
  return found ? found->body.in(raw) : "no such part";
}

TEST(message_parts, finds_the_octets_of_every_part) {
  const auto mail = read_parts(nested);
  EXPECT_EQ(mail.what, multipart);
  EXPECT_EQ(mail.type, "multipart/mixed");
  ASSERT_EQ(mail.children.size(), 2U);
  EXPECT_EQ(body_of(nested, mail, {1}), "first\r\n");
  EXPECT_EQ(find_part(mail, numbers{1})->header.in(nested), "Content-Type: text/plain\r\n\r\n");
  EXPECT_EQ(find_part(mail, numbers{2})->what, message);
  EXPECT_THAT(std::string{body_of(nested, mail, {2})}, StartsWith("Subject: inner\r\n"));
  EXPECT_EQ(body_of(nested, mail, {2, 1}), "plain");
  EXPECT_EQ(body_of(nested, mail, {2, 2}), "<p>");
  EXPECT_EQ(find_part(mail, numbers{}), &mail);
}

TEST(message_parts, knows_no_part_beyond) {
  const auto mail = read_parts(nested);
  for (const auto& part : {numbers{3}, numbers{0}, numbers{1, 1}, numbers{2, 3}, numbers{2, 1, 1}})
    EXPECT_EQ(find_part(mail, part), nullptr) << testing::PrintToString(part);
}

TEST(message_parts, a_plain_mail_is_its_own_first_part) {
  const std::string raw = "Subject: x\r\n\r\nbody\r\n";
  const auto mail = read_parts(raw);
  EXPECT_EQ(body_of(raw, mail, {1}), "body\r\n");
  EXPECT_EQ(find_part(mail, numbers{2}), nullptr);
  EXPECT_EQ(find_part(mail, numbers{1, 1}), nullptr);
  EXPECT_EQ(mail.type, "text/plain");
}

TEST(message_parts, takes_broken_mails_as_they_are) {
  const auto unclosed = read_parts("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nlast words\n");
  ASSERT_EQ(unclosed.children.size(), 1U);
  EXPECT_EQ(unclosed.children[0].body.octets, 11U);
  EXPECT_EQ(read_parts("Content-Type: multipart/mixed\r\n\r\n--b\r\n").what, single);
  EXPECT_EQ(read_parts("Content-Type: multipart/mixed; boundary=b\r\n\r\nno parts\r\n").children.size(), 0U);
  EXPECT_EQ(read_parts("Content-Type: nonsense\r\n\r\n").type, "");
  EXPECT_EQ(read_parts("").body.octets, 0U);
  const auto empty = read_parts("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n--b\r\n--b--");
  ASSERT_EQ(empty.children.size(), 2U);
  EXPECT_EQ(empty.children[0].body.octets + empty.children[0].header.octets, 0U);
}

TEST(message_parts, parts_of_a_digest_are_mails) {
  const auto mail =
      read_parts("Content-Type: multipart/digest; boundary=b\r\n\r\n--b\r\n\r\nSubject: one\r\n\r\nx\r\n--b--\r\n");
  ASSERT_EQ(mail.children.size(), 1U);
  EXPECT_EQ(mail.children[0].what, message);
}

TEST(message_parts, are_bounded_in_number_and_depth) {
  std::string many = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
  for (int i = 0; i < 5000; ++i)
    many += "--b\r\n\r\nx\r\n";
  EXPECT_EQ(read_parts(many).children.size(), 1000U);
  std::string deep;
  for (int i = 0; i < 5000; ++i)
    deep += "Content-Type: message/rfc822\r\n\r\n";
  const auto mail = read_parts(deep);
  std::size_t depth = 0;
  for (const auto* part = &mail; !part->children.empty(); part = &part->children.front())
    ++depth;
  EXPECT_EQ(depth, 20U);
}

TEST(message_parts, counts_lines) {
  EXPECT_EQ(line_count("a\r\nb\r\nc"), 2U);
}

} // namespace
} // namespace postroom::sim
