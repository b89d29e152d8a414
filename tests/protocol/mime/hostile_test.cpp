#include "base/limits.hpp"
#include "protocol/mime/event_data.hpp"
#include "protocol/mime/parse_message.hpp"
#include "protocol/mime/utf8_text.hpp"
#include "tests/protocol/mime/sample_mails.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <thread>
#include <unistd.h>

namespace postroom::mime {
namespace {

using testing::Contains;

/// Parses and checks what holds for every mail, however bad.
parsed_message parse_within_limits(byte_source& source) {
  auto parsed = parse_message(source);
  EXPECT_TRUE(parsed.has_value());
  EXPECT_LE(parsed->text.size(), limits::event_text_bytes_max);
  EXPECT_LE(parsed->html.size(), limits::event_text_bytes_max);
  EXPECT_LE(parsed->attachments.size(), limits::mime_parts_max);
  EXPECT_LE(parsed->references.size(), limits::mime_references_max);
  EXPECT_LE(parsed->subject.size(), limits::mime_header_value_bytes_max);
  EXPECT_EQ(parsed->text.find('\0'), std::string::npos);
  const auto json = message_event_data({}, *parsed);
  EXPECT_TRUE(is_valid_utf8(json));
  EXPECT_LT(json.size(), limits::record_bytes_max);
  return std::move(*parsed);
}

parsed_message parse_within_limits(std::string_view raw) {
  memory_source source(raw);
  return parse_within_limits(source);
}

TEST(hostile_mail, every_prefix_of_every_sample_parses) {
  for (const auto& sample : test::samples()) {
    for (std::size_t length = 0; length <= sample.size(); ++length)
      parse_within_limits(std::string_view(sample).substr(0, length));
  }
}

TEST(hostile_mail, every_sample_parses_with_any_byte_changed) {
  for (auto sample : test::samples()) {
    for (char& c : sample) {
      const char was = c;
      for (const char other : {'\n', '\xFF', '"'}) {
        c = other;
        parse_within_limits(sample);
      }
      c = was;
    }
  }
}

TEST(hostile_mail, the_size_of_reads_makes_no_difference) {
  for (const auto& sample : test::samples()) {
    test::dribbling_source dribbling(sample);
    EXPECT_EQ(message_event_data({}, parse_within_limits(dribbling)),
              message_event_data({}, parse_within_limits(sample)));
  }
}

TEST(hostile_mail, lines_meet_the_edge_of_the_window) {
  const auto body = "--x\r\n\r\nhello\r\n--x\r\nContent-Type: image/png\r\n\r\n12345\r\n--x--\r\n";
  const std::string head = "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n";
  for (std::size_t shift = 0; shift < 80; ++shift) {
    const auto filler = limits::mime_window_bytes - head.size() - 2 - shift;
    for (const auto& line_end : {"\r\n", "\n"}) {
      const auto m = parse_within_limits(head + std::string(filler, 'p') + line_end + body);
      EXPECT_EQ(m.text, "hello") << shift;
      ASSERT_EQ(m.attachments.size(), 1U) << shift;
      EXPECT_EQ(m.attachments[0].bytes, 5U) << shift;
    }
  }
}

TEST(hostile_mail, nesting_is_bounded) {
  std::string raw;
  for (int depth = 0; depth < 1000; ++depth) {
    const auto boundary = "b" + std::to_string(depth);
    raw += "Content-Type: multipart/mixed; boundary=" + boundary + "\r\n\r\n--" + boundary + "\r\n";
  }
  const auto m = parse_within_limits(raw + "\r\ndeep down");
  EXPECT_THAT(m.defects, Contains("nesting_limit"));
  ASSERT_EQ(m.attachments.size(), 1U);
}

TEST(hostile_mail, parts_are_bounded) {
  std::string raw = "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
  for (int part = 0; part < 10'000; ++part)
    raw += "--b\r\nContent-Type: image/png\r\n\r\nx\r\n";
  const auto m = parse_within_limits(raw + "--b--\r\n");
  EXPECT_THAT(m.defects, testing::ElementsAre("too_many_parts"));
  EXPECT_EQ(m.attachments.size(), limits::mime_parts_max - 1) << "the multipart itself is a part";
}

TEST(hostile_mail, headers_are_bounded) {
  const auto long_value =
      parse_within_limits("From: a@b.example\r\nSubject: " + std::string(1'000'000, 's') + "\r\n\r\ntext");
  EXPECT_EQ(long_value.subject.size(), limits::mime_header_value_bytes_max);
  EXPECT_THAT(long_value.defects, Contains("headers_truncated"));
  EXPECT_EQ(long_value.text, "text");

  std::string many = "From: a@b.example\r\n";
  for (int i = 0; i < 200'000; ++i)
    many += "a:\n";
  const auto m = parse_within_limits(many + "\r\ntext");
  EXPECT_EQ(m.from.size(), 1U);
  EXPECT_EQ(m.text, "text");
}

TEST(hostile_mail, address_lists_are_bounded) {
  std::string to = "To: a@b.example";
  for (int i = 0; i < 5000; ++i)
    to += ",\r\n a@b.example";
  const auto m = parse_within_limits(to + "\r\n\r\n");
  EXPECT_EQ(m.to.size(), limits::mime_addresses_max);
  EXPECT_THAT(m.defects, Contains("too_many_addresses"));
}

TEST(hostile_mail, deeply_nested_syntax_in_headers_is_survived) {
  for (const std::string unit :
       {"a:", "(", "<", "\"", "\\", "<@", "[", "a:<(\"", ",", ";", "@", "=?utf-8?b?", ".", " (a"}) {
    std::string value;
    while (value.size() < 300'000)
      value += unit;
    for (const auto* name : {"From: ", "To: ", "References: ", "Date: ", "Message-ID: ", "Subject: ", "Content-Type: ",
                             "Content-Disposition: attachment; filename*0*=", "Content-ID: "})
      parse_within_limits(name + value + "\r\n\r\ntext");
  }
}

TEST(hostile_mail, the_largest_possible_event_fits_a_record) {
  std::string raw = "From: a@b.example\r\n";
  for (const auto* name : {"To: ", "Cc: ", "Bcc: ", "Reply-To: "}) {
    raw += name;
    for (int i = 0; i < 1500; ++i)
      raw += "\"\x01\xFF\xFF\xFF\xFF\xFF\\\\\\\\\" <a@b.example>,";
    raw += "\r\n";
  }
  raw += "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
  const std::string body(100'000, '\x01');
  raw += "--b\r\n\r\n" + body + "\r\n--b\r\nContent-Type: text/html\r\n\r\n" + body;
  for (int i = 0; i < 1000; ++i)
    raw += "\r\n--b\r\nContent-Disposition: attachment; filename=\"" + std::string(400, '\xE9') +
           "\"\r\nContent-ID: <" + std::string(400, 'x') + ">\r\n\r\n";
  parse_within_limits(raw);
}

std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t pages = 0, resident = 0;
  statm >> pages >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

/// What a run may add to the process: windows and buffers, not the mail.
constexpr std::size_t growth_bytes_max = 10 * limits::mib;

TEST(hostile_mail, a_hundred_megabytes_are_not_held) {
  const std::string base64_line = std::string(76, 'Q') + "\r\n";
  const auto repeats = 100 * limits::mib / base64_line.size();
  const std::string multipart = "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n";
  const auto before = resident_bytes();

  test::synthetic_source attached(
      multipart + "--b\r\n\r\ntext\r\n--b\r\nContent-Type: video/mp4\r\nContent-Transfer-Encoding: base64\r\n\r\n",
      base64_line, repeats, "--b--\r\n");
  const auto m = parse_within_limits(attached);
  ASSERT_EQ(m.attachments.size(), 1U);
  EXPECT_EQ(m.attachments[0].bytes, repeats * 57);
  EXPECT_LT(resident_bytes(), before + growth_bytes_max);
}

TEST(hostile_mail, no_shape_of_twelve_megabytes_is_held) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "AddressSanitizer keeps freed memory for a while";
#endif
  const auto before = resident_bytes();
  const std::string multipart = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
  const struct {
    std::string head, unit;
  } shapes[] = {
      {"", "a:\n"},              // headers without end
      {"Subject: ", "x"},        // one header without end
      {"Subject: x", "\n y"},    // one folded header without end
      {multipart, "preamble\n"}, // the boundary never comes
      {"Content-Type: multipart/mixed\r\n\r\n", "no boundary\n"},
      {multipart, "--b\n\n"}, // parts without end
      {multipart, "--b\na:b\n"},
      {multipart, "--c\n"}, // lines that might be boundaries
      {multipart + "--b--\r\n", "epilogue\n"},
      {"Content-Type: text/plain; charset=utf-7\r\n\r\n", "+AGE-"},
      {"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n", "A"},
      {"\r\n", "\r"},
      {"\r\n", std::string(1, '\0')},
  };
  for (const auto& shape : shapes) {
    const auto begun = std::chrono::steady_clock::now();
    test::synthetic_source source(shape.head, shape.unit, 12 * limits::mib / shape.unit.size(), "");
    parse_within_limits(source);
    EXPECT_LT(resident_bytes(), before + growth_bytes_max) << shape.head << shape.unit;
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(10)) << shape.head << shape.unit;
  }
}

TEST(hostile_mail, several_threads_parse_at_once) {
  const auto expected = message_event_data({}, parse_within_limits(test::alternative()));
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 200; ++round)
        EXPECT_TRUE(message_event_data({}, parse_within_limits(test::alternative())) == expected);
    });
  }
}

} // namespace
} // namespace postroom::mime
