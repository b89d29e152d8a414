#include "protocol/mime/compose.hpp"

#include "tests/protocol/mime/outgoing_support.hpp"

#include <random>

namespace postroom::mime {
namespace {

using test::composed_octets;
using test::expect_sendable;
using test::extracted;
using test::header_of;
using test::holding;
using test::letter;
using test::mail;
using test::parsed;

std::string every_octet() {
  std::string all;
  for (int i = 0; i < 1000; ++i)
    all += static_cast<char>(i % 256);
  return all;
}

outgoing_attachment image(std::string id = "logo@x") {
  return {"logo.png", "image/png", std::move(id), disposition::embedded, holding("\x89PNG" + every_octet())};
}

outgoing_attachment file() {
  return {"data.bin", "", "", disposition::attachment, holding(every_octet())};
}

TEST(compose, writes_a_plain_letter_to_the_octet) {
  auto what = letter();
  what.cc = {{"Zoë", "zoe@example.com"}};
  what.headers = {{"X-Ticket", "4711"}};
  what.in_reply_to = "m0@example.org";
  what.references = {"root@example.org", "m0@example.org"};
  EXPECT_EQ(composed_octets(what), mail({
                                       "Date: Tue, 24 Nov 2026 10:15:30 +0000",
                                       "From: Anna <anna@example.com>",
                                       "To: bob@example.org",
                                       "Cc: =?utf-8?Q?Zo=C3=AB?= <zoe@example.com>",
                                       "Subject: Hello",
                                       "Message-ID: <42.a1b2@postroom.example>",
                                       "In-Reply-To: <m0@example.org>",
                                       "References: <root@example.org> <m0@example.org>",
                                       "X-Ticket: 4711",
                                       "MIME-Version: 1.0",
                                       "Content-Type: text/plain; charset=utf-8",
                                       "Content-Transfer-Encoding: 7bit",
                                       "",
                                       "Hi Bob,",
                                       "all is well.",
                                   }));
}

TEST(compose, names_nobody_when_all_are_blind_copies) {
  auto what = letter();
  what.to.clear();
  const auto raw = composed_octets(what);
  EXPECT_NE(raw.find("\r\nTo: undisclosed-recipients:;\r\n"), std::string::npos);
  EXPECT_TRUE(parsed(raw).to.empty());
}

TEST(compose, writes_every_combination_so_that_it_comes_back) {
  for (unsigned mask = 0; mask < 32; ++mask) {
    SCOPED_TRACE(mask);
    auto what = letter();
    what.text.reset();
    if ((mask & 1U) != 0)
      what.text = "Grüße\n.\n..dots\nFrom here\n\nend  ";
    if ((mask & 2U) != 0)
      what.html = "<p>ß <img src=\"cid:logo@x\"></p>";
    if ((mask & 4U) != 0)
      what.attachments.push_back(image());
    if ((mask & 8U) != 0)
      what.attachments.push_back(file());
    if ((mask & 16U) != 0)
      what.attachments.push_back({"", "message/rfc822", "", disposition::attachment, holding(test::alternative())});
    const auto raw = composed_octets(what);
    expect_sendable(raw);
    const auto back = parsed(raw);
    EXPECT_TRUE(back.defects.empty()) << back.defects.front() << "\n" << raw;
    // A body that is the whole mail ends with a line end; inside a multipart it need not.
    auto text = back.text;
    auto html = back.html;
    if (what.attachments.empty() && !(what.text && what.html))
      for (auto* one : {&text, &html})
        if (one->ends_with('\n'))
          one->pop_back();
    EXPECT_EQ(text, what.text.value_or(""));
    EXPECT_EQ(html, what.html.value_or(""));
    ASSERT_EQ(back.attachments.size(), what.attachments.size());
    for (std::size_t i = 0; i < back.attachments.size(); ++i) {
      const auto& sent = what.attachments[i];
      const auto& got = back.attachments[i];
      EXPECT_EQ(got.filename, sent.filename);
      EXPECT_EQ(got.content_type, sent.content_type.empty() ? "application/octet-stream" : sent.content_type);
      EXPECT_EQ(got.content_id, sent.content_id);
      EXPECT_EQ(got.disposition, sent.disposition);
      std::string content(sent.content->size(), '\0');
      for (std::size_t at = 0; at < content.size();)
        at += sent.content->read(at, std::span<char>(content).subspan(at)).value();
      EXPECT_EQ(extracted(raw, got.part), content) << got.part;
    }
    const auto levels = [&](std::string_view type) {
      return raw.find("multipart/" + std::string(type)) != std::string::npos;
    };
    EXPECT_EQ(levels("mixed"), (mask & 24U) != 0 || (mask & 6U) == 4U);
    EXPECT_EQ(levels("related"), (mask & 6U) == 6U);
    EXPECT_EQ(header_of(raw).find("Content-Type: multipart/alternative") != std::string::npos, mask == 3U);
  }
}

TEST(compose, is_the_same_mail_each_time) {
  auto what = letter();
  what.html = "<p>";
  what.attachments = {image(), file()};
  const auto once = composed_octets(what);
  EXPECT_EQ(composed_octets(what), once);
  what.message_id = "43@postroom.example";
  const auto boundary = [](const std::string& raw) { return raw.substr(raw.find("boundary=") + 9, 30); };
  EXPECT_NE(boundary(composed_octets(what)), boundary(once));
}

TEST(compose, keeps_lines_short_whatever_the_text) {
  std::mt19937 random(7);
  const std::vector<std::string> units{
      "a", " ", "\n", "\r\n", "\r", "=", ".", "ä", "日本", "\xF0\x9F\x98\x80", "\t", std::string(1200, 'x'), "From "};
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (auto n = random() % 60; n > 0; --n)
      text += units[random() % units.size()];
    auto what = letter();
    what.text = text;
    what.html = text;
    const auto raw = composed_octets(what);
    expect_sendable(raw);
    const auto back = parsed(raw);
    std::string lf;
    for (std::size_t i = 0; i < text.size(); ++i)
      if (text[i] != '\n' || i == 0 || text[i - 1] != '\r')
        lf += text[i] == '\r' ? '\n' : text[i];
    ASSERT_EQ(back.text, lf) << raw;
    ASSERT_EQ(back.html, lf) << raw;
  }
}

TEST(compose, folds_headers_and_brings_them_back) {
  auto what = letter();
  what.from.name = "Änne " + std::string(100, 'n');
  for (int i = 0; i < 50; ++i)
    what.to.push_back({"Empfänger Nummer " + std::to_string(i), "someone." + std::to_string(i) + "@example.org"});
  what.subject = "Überlange Betreffzeile: ";
  while (what.subject.size() < 900)
    what.subject += "日本語 und Wörter ";
  what.subject += ".";
  what.references.assign(50, std::string(60, 'r') + "@example.org");
  what.headers = {{"X-Text", "Größe " + std::string(500, 'g')}, {"X-Token", std::string(900, 't')}};
  const auto raw = composed_octets(what);
  expect_sendable(raw);
  const auto back = parsed(raw);
  EXPECT_EQ(back.from, std::vector{what.from});
  EXPECT_EQ(back.to, what.to);
  EXPECT_EQ(back.subject, what.subject);
  EXPECT_EQ(back.references, what.references);
  what.headers.pop_back();
  EXPECT_LE(test::longest_line(header_of(composed_octets(what))), 78U);
}

TEST(compose, names_files_in_any_language) {
  for (const std::string name :
       {"Ünïcödé.pdf", "日本語のとても長いファイル名がここにあります、折り返しが必要です.xlsx",
        "with \"quotes\" and 'more'.txt", "semi;colon=comma,.txt", "percent%41.txt", "(paren) [bracket] <angle>.txt",
        " leading and trailing .x", "\xF0\x9F\x98\x80.png", "tilde~`!@#$%^&*().txt",
        "long-ascii-name-that-does-not-fit-"
        "into-one-line-of-a-header-without-being-folded-somewhere-in-the-middle.txt"}) {
    auto what = letter();
    what.attachments = {{name, "text/plain", "", disposition::attachment, holding("content")}};
    const auto raw = composed_octets(what);
    expect_sendable(raw);
    EXPECT_LE(test::longest_line(raw), 78U) << raw;
    const auto back = parsed(raw);
    ASSERT_EQ(back.attachments.size(), 1U);
    auto trimmed = name;
    trimmed.erase(0, trimmed.find_first_not_of(' '));
    EXPECT_EQ(back.attachments[0].filename, trimmed) << raw;
  }
}

TEST(compose, writes_raw_utf8_only_for_addresses_that_need_it) {
  auto what = letter();
  what.subject = "Grüße";
  test::string_sink sink;
  EXPECT_FALSE(compose(what, sink).value().utf8);
  EXPECT_FALSE(needs_utf8(sink.octets));
  for (const auto* who : {"müller@example.com", "anna@bücher.example"}) {
    what.cc = {{"Jörg", who}};
    test::string_sink raw;
    const auto done = compose(what, raw).value();
    EXPECT_TRUE(done.utf8);
    EXPECT_FALSE(done.eight_bit);
    EXPECT_EQ(parsed(raw.octets).cc, what.cc);
    EXPECT_NE(raw.octets.find(who), std::string::npos);
  }
}

TEST(compose, forwards_mails_as_they_are) {
  const std::string ascii = "From: a@b.example\nSubject: x\rX-Y: z\r\n\r\nline\n.\n\n";
  const std::string eight_bit =
      "From: a@b.example\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nGr\xC3\xBC\xC3\x9F\x65";
  auto what = letter();
  what.attachments = {{"", "message/rfc822", "", disposition::attachment, holding(ascii)}};
  test::string_sink seven;
  EXPECT_FALSE(compose(what, seven).value().eight_bit);
  expect_sendable(seven.octets);
  EXPECT_EQ(extracted(seven.octets, "2"), "From: a@b.example\r\nSubject: x\r\nX-Y: z\r\n\r\nline\r\n.\r\n\r\n");
  EXPECT_EQ(seven.octets.find("8bit"), std::string::npos);

  what.attachments.push_back({"brief.eml", "Message/RFC822", "", disposition::attachment, holding(eight_bit)});
  test::string_sink eight;
  EXPECT_TRUE(compose(what, eight).value().eight_bit);
  expect_sendable(eight.octets);
  EXPECT_EQ(extracted(eight.octets, "3"), eight_bit);
  EXPECT_NE(header_of(eight.octets).find("Content-Transfer-Encoding: 8bit"), std::string_view::npos);
  EXPECT_EQ(parsed(eight.octets).attachments.at(1).filename, "brief.eml");
}

TEST(compose, encodes_a_forwarded_mail_only_if_nothing_else_carries_it) {
  std::string long_line = "From: a@b\r\n\r\n";
  long_line.append(999, 'x');
  for (const auto& bad : {long_line, std::string("From: a@b\r\n\r\n\0", 14)}) {
    auto what = letter();
    what.attachments = {{"", "message/rfc822", "", disposition::attachment, holding(bad)},
                        {"x.EML", "message/rfc822", "", disposition::attachment, holding(bad)}};
    const auto raw = composed_octets(what);
    expect_sendable(raw);
    const auto back = parsed(raw);
    ASSERT_EQ(back.attachments.size(), 2U);
    EXPECT_EQ(back.attachments[0].filename, "message.eml");
    EXPECT_EQ(back.attachments[1].filename, "x.EML");
    EXPECT_EQ(back.attachments[0].content_type, "application/octet-stream");
    EXPECT_EQ(extracted(raw, "2"), bad);
  }
}

/// Counts, and keeps nothing.
class counting_sink final : public byte_sink {
public:
  std::uint64_t bytes = 0;
  std::size_t largest = 0;
  result<void> write(std::string_view piece) override {
    bytes += piece.size();
    largest = std::max(largest, piece.size());
    return {};
  }
};

/// Makes up what it is asked for, and notes the most it was asked for at once.
class made_up_source final : public byte_source {
public:
  explicit made_up_source(std::uint64_t size) : size_(size) {}
  std::size_t largest = 0;
  std::uint64_t given = 0;
  [[nodiscard]] std::uint64_t size() const override { return size_; }
  [[nodiscard]] result<std::size_t> read(std::uint64_t offset, std::span<char> into) override {
    largest = std::max(largest, into.size());
    const auto count = std::min<std::uint64_t>(into.size(), size_ - offset);
    std::fill_n(into.begin(), count, 'x');
    given += count;
    return count;
  }

private:
  std::uint64_t size_;
};

TEST(compose, streams_what_is_large) {
  const auto large = std::make_shared<made_up_source>(40'000'000);
  auto what = letter();
  what.attachments = {{"large.bin", "", "", disposition::attachment, large}};
  counting_sink sink;
  const auto done = compose(what, sink).value();
  EXPECT_EQ(done.bytes, sink.bytes);
  EXPECT_GT(done.bytes, 54'000'000U);
  EXPECT_EQ(large->given, 40'000'000U); // read once, in small pieces
  EXPECT_LE(large->largest, 64U * 1024);
  EXPECT_EQ(sink.largest, 64U * 1024);
}

TEST(compose, fails_as_its_source_does) {
  const auto content = every_octet() + every_octet();
  for (const auto* type : {"application/pdf", "message/rfc822"}) {
    for (const std::uint64_t good : {0, 1, 999, 1999}) {
      auto what = letter();
      what.html = "<p>";
      what.attachments = {
          file(),
          {"x", type, "", disposition::attachment, std::make_shared<test::failing_source>(content, good)},
          file()};
      test::string_sink sink;
      const auto done = compose(what, sink);
      ASSERT_FALSE(done.has_value()) << type << good;
      EXPECT_EQ(done.error().code, errc::store_unavailable);
    }
  }
}

/// Says it has more than it has.
class short_source final : public byte_source {
public:
  [[nodiscard]] std::uint64_t size() const override { return 100; }
  [[nodiscard]] result<std::size_t> read(std::uint64_t offset, std::span<char> into) override {
    return memory_source("short").read(offset, into);
  }
};

TEST(compose, does_not_send_half_an_attachment) {
  for (const auto* type : {"application/pdf", "message/rfc822"}) {
    auto what = letter();
    what.attachments = {{"x", type, "", disposition::attachment, std::make_shared<short_source>()}};
    test::string_sink sink;
    const auto done = compose(what, sink);
    ASSERT_FALSE(done.has_value());
    EXPECT_EQ(done.error().code, errc::internal);
  }
}

TEST(compose, fails_as_its_sink_does_and_leaves_it_alone_then) {
  auto what = letter();
  what.attachments = {file(), {"", "", "", disposition::attachment, holding(std::string(300'000, 'x'))}, file()};
  const auto pieces = composed_octets(what).size() / limits::submission_piece_bytes_max + 1;
  ASSERT_GE(pieces, 6U);
  for (std::size_t good = 0; good < pieces; ++good) {
    test::failing_sink sink(good);
    const auto done = compose(what, sink);
    ASSERT_FALSE(done.has_value()) << good;
    EXPECT_EQ(done.error().code, errc::disk_full);
    EXPECT_EQ(sink.pieces, good + 1);
  }
  test::failing_sink enough(pieces);
  EXPECT_TRUE(compose(what, enough).has_value());
}

TEST(compose, needs_a_message_id) {
  auto what = letter();
  what.message_id.clear();
  test::string_sink sink;
  EXPECT_EQ(compose(what, sink).error().code, errc::invalid_argument);
}

} // namespace
} // namespace postroom::mime
