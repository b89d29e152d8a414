#pragma once

#include "base/limits.hpp"
#include "protocol/mime/compose.hpp"
#include "protocol/mime/extract_part.hpp"
#include "protocol/mime/parse_message.hpp"
#include "tests/protocol/mime/sample_mails.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

/// What the tests of mails we write have in common.
namespace postroom::mime::test {

/// Keeps everything.
class string_sink final : public byte_sink {
public:
  std::string octets;
  std::size_t largest = 0;
  result<void> write(std::string_view piece) override {
    largest = std::max(largest, piece.size());
    octets += piece;
    return {};
  }
};

/// Takes `good` pieces, then fails for ever.
class failing_sink final : public byte_sink {
public:
  explicit failing_sink(std::size_t good) : good_(good) {}
  std::size_t pieces = 0;
  result<void> write(std::string_view) override {
    if (pieces++ >= good_)
      return fail(errc::disk_full, "no room");
    return {};
  }

private:
  std::size_t good_;
};

/// Owns its bytes, and hands them out a few at a time.
class owned_source final : public byte_source {
public:
  explicit owned_source(std::string bytes, std::size_t at_once = 1000) : bytes_(std::move(bytes)), at_once_(at_once) {}
  [[nodiscard]] std::uint64_t size() const override { return bytes_.size(); }
  [[nodiscard]] result<std::size_t> read(std::uint64_t offset, std::span<char> into) override {
    return memory_source(bytes_).read(offset, into.first(std::min(into.size(), at_once_)));
  }

private:
  std::string bytes_;
  std::size_t at_once_;
};

inline std::shared_ptr<byte_source> holding(std::string bytes) {
  return std::make_shared<owned_source>(std::move(bytes));
}

inline outgoing_message letter() {
  outgoing_message what;
  what.from = {"Anna", "anna@example.com"};
  what.to = {{"", "bob@example.org"}};
  what.subject = "Hello";
  what.text = "Hi Bob,\nall is well.";
  what.message_id = "42.a1b2@postroom.example";
  what.date = wall_time{std::chrono::seconds{1'795'515'330}}; // 2026-11-24 10:15:30 UTC
  return what;
}

inline std::string composed_octets(const outgoing_message& what) {
  string_sink sink;
  const auto done = compose(what, sink);
  EXPECT_TRUE(done.has_value()) << (done ? "" : to_string(done.error()));
  if (done) {
    EXPECT_EQ(done->bytes, sink.octets.size());
  }
  EXPECT_LE(sink.largest, limits::submission_piece_bytes_max);
  return sink.octets;
}

inline parsed_message parsed(std::string_view raw) {
  memory_source source(raw);
  return parse_message(source).value();
}

inline std::string extracted(std::string_view raw, std::string_view part) {
  memory_source source(raw);
  std::string content;
  const auto done = extract_part(source, part, [&](std::span<const char> piece) -> result<void> {
    content.append(piece.data(), piece.size());
    return {};
  });
  EXPECT_TRUE(done.has_value()) << part;
  return content;
}

/// What every mail that leaves must be: lines with CRLF, none too long, the last one ended, no NUL.
inline void expect_sendable(std::string_view raw) {
  ASSERT_TRUE(raw.ends_with("\r\n"));
  EXPECT_EQ(raw.find('\0'), std::string_view::npos);
  while (!raw.empty()) {
    const auto end = raw.find("\r\n");
    const auto line = raw.substr(0, end);
    ASSERT_LE(line.size(), 998U) << line.substr(0, 100);
    ASSERT_EQ(line.find_first_of("\r\n"), std::string_view::npos) << line.substr(0, 100);
    raw.remove_prefix(end + 2);
  }
}

/// The header, with the end of its last line.
inline std::string_view header_of(std::string_view raw) {
  return raw.substr(0, raw.find("\r\n\r\n") + 2);
}

inline std::size_t longest_line(std::string_view text) {
  std::size_t longest = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find("\r\n"), text.size());
    longest = std::max(longest, end);
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return longest;
}

} // namespace postroom::mime::test
