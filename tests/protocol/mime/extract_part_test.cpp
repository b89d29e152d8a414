#include "protocol/mime/extract_part.hpp"

#include "protocol/mime/parse_message.hpp"
#include "tests/protocol/mime/sample_mails.hpp"

#include <gtest/gtest.h>

namespace postroom::mime {
namespace {

result<std::string> extract(byte_source& source, std::string_view part) {
  std::string content;
  const auto extracted = extract_part(source, part, [&](std::span<const char> piece) -> result<void> {
    content.append(piece.data(), piece.size());
    return {};
  });
  if (!extracted)
    return extracted.error();
  return content;
}

result<std::string> extract(std::string_view raw, std::string_view part) {
  memory_source source(raw);
  return extract(source, part);
}

TEST(extract_part, decodes_each_part_by_its_number) {
  EXPECT_EQ(extract(test::nested(), "1.1.1").value(), "plain");
  EXPECT_EQ(extract(test::nested(), "1.2").value(), std::string("\0\1\2\3\4\5", 6));
  EXPECT_EQ(extract(test::nested(), "2").value(), "%PDF-1.4\n");
  EXPECT_EQ(extract(test::nested(), "3").value(), "raw bytes\r\ntwo lines");
  EXPECT_EQ(extract("Subject: single\r\n\r\ntext\r\n", "1").value(), "text\r\n");
}

TEST(extract_part, gives_an_attached_message_byte_for_byte) {
  const auto inner = extract(test::forwarded(), "2").value();
  EXPECT_TRUE(inner.starts_with("From: inner@example.com\r\n"));
  EXPECT_TRUE(inner.ends_with("\r\n--y--"));
}

TEST(extract_part, gives_as_many_bytes_as_the_event_announced) {
  for (const auto& sample : test::samples()) {
    memory_source source(sample);
    for (const auto& one : parse_message(source).value().attachments)
      EXPECT_EQ(extract(sample, one.part).value().size(), one.bytes) << one.part << " of " << sample;
  }
}

TEST(extract_part, knows_no_other_parts) {
  for (const auto* part : {"", "0", "4", "1", "1.1", "1.3", "2.1", "x"}) {
    const auto extracted = extract(test::nested(), part);
    ASSERT_FALSE(extracted.has_value()) << part;
    EXPECT_EQ(extracted.error().code, errc::not_found);
  }
}

TEST(extract_part, passes_errors_of_sink_and_source_on) {
  memory_source source(test::nested());
  const auto refused = extract_part(source, "2", [](auto) -> result<void> { return fail(errc::cancelled); });
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, errc::cancelled);
  test::failing_source failing(test::nested(), 100);
  EXPECT_EQ(extract(failing, "2").error().code, errc::store_unavailable);
}

TEST(extract_part, streams_a_large_part_in_pieces) {
  const auto line = std::string(76, 'Q') + "\r\n";
  test::synthetic_source source("Content-Type: video/mp4\r\nContent-Transfer-Encoding: base64\r\n\r\n", line, 100'000,
                                "");
  std::uint64_t bytes = 0;
  std::size_t largest = 0;
  const auto extracted = extract_part(source, "1", [&](std::span<const char> piece) -> result<void> {
    bytes += piece.size();
    largest = std::max(largest, piece.size());
    return {};
  });
  EXPECT_TRUE(extracted.has_value());
  EXPECT_EQ(bytes, 5'700'000U);
  EXPECT_LE(largest, 64U * 1024);
}

} // namespace
} // namespace postroom::mime
