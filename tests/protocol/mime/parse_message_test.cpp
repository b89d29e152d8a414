#include "protocol/mime/parse_message.hpp"

#include "base/limits.hpp"
#include "tests/protocol/mime/sample_mails.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::mime {
namespace {

using test::mail;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

parsed_message parse_well(std::string_view raw) {
  memory_source source(raw);
  auto parsed = parse_message(source);
  EXPECT_TRUE(parsed.has_value());
  return std::move(*parsed);
}

TEST(parse_message, reads_headers_with_encoded_words) {
  const auto m = parse_well(test::alternative());
  EXPECT_THAT(m.from, ElementsAre(address{"Anna M\xC3\xBCller", "anna@example.com"}));
  EXPECT_THAT(m.to, ElementsAre(address{"Support, Team", "support@example.org"}, address{"", "bob@example.org"}));
  EXPECT_THAT(m.cc, IsEmpty());
  EXPECT_EQ(m.subject, "Gr\xC3\xBC\xC3\x9F"
                       "e aus K\xC3\xB6ln");
  ASSERT_TRUE(m.date);
  EXPECT_EQ(to_rfc3339(*m.date), "2026-11-24T09:15:30.000Z");
  EXPECT_EQ(m.message_id, "m1@example.com");
  EXPECT_EQ(m.in_reply_to, "m0@example.org");
  EXPECT_THAT(m.references, ElementsAre("root@example.org", "m0@example.org"));
  EXPECT_EQ(m.thread_topic, "Bestellung");
  EXPECT_EQ(m.thread_index, "AdQc2DN7rLoS3hgnE/O76rpFzxN/EwAddF4A");
  EXPECT_EQ(m.automatic, automatic_kind::none);
  EXPECT_THAT(m.defects, IsEmpty());
}

TEST(parse_message, decodes_both_alternatives) {
  const auto m = parse_well(test::alternative());
  EXPECT_EQ(m.text, "Sch\xC3\xB6ne Gr\xC3\xBC\xC3\x9F"
                    "e");
  EXPECT_EQ(m.html, "<p>Sch\xC3\xB6ne Gr\xC3\xBC\xC3\x9F"
                    "e</p>");
  EXPECT_FALSE(m.text_truncated || m.html_truncated);
  EXPECT_THAT(m.attachments, IsEmpty());
}

TEST(parse_message, numbers_names_and_counts_attachments) {
  const auto m = parse_well(test::nested());
  EXPECT_EQ(m.text, "plain");
  EXPECT_EQ(m.html, "<img src=\"cid:logo@example.com\">");
  ASSERT_EQ(m.attachments.size(), 3U);
  EXPECT_EQ(m.attachments[0].part, "1.2");
  EXPECT_EQ(m.attachments[0].filename, "logo.png");
  EXPECT_EQ(m.attachments[0].content_type, "image/png");
  EXPECT_EQ(m.attachments[0].bytes, 6U);
  EXPECT_EQ(m.attachments[0].disposition, disposition::embedded);
  EXPECT_EQ(m.attachments[0].content_id, "logo@example.com");
  EXPECT_EQ(m.attachments[1].part, "2");
  EXPECT_EQ(m.attachments[1].filename, "Rechnung f\xC3\xBCr M\xC3\xA4rz.pdf");
  EXPECT_EQ(m.attachments[1].bytes, 9U);
  EXPECT_EQ(m.attachments[1].disposition, disposition::attachment);
  EXPECT_EQ(m.attachments[2].part, "3");
  EXPECT_EQ(m.attachments[2].filename, "\xC3\xA4tzend.bin");
  EXPECT_EQ(m.attachments[2].bytes, 20U) << "without the line end that belongs to the boundary";
  EXPECT_THAT(m.defects, IsEmpty());
}

TEST(parse_message, reads_mail_with_bare_line_feeds_alike) {
  auto lf_only = test::nested();
  std::erase(lf_only, '\r');
  const auto m = parse_well(lf_only);
  EXPECT_EQ(m.text, "plain");
  ASSERT_EQ(m.attachments.size(), 3U);
  EXPECT_EQ(m.attachments[2].bytes, 19U);
}

TEST(parse_message, takes_an_attached_message_as_one_attachment) {
  const auto m = parse_well(test::forwarded());
  EXPECT_EQ(m.text, "see below");
  ASSERT_EQ(m.attachments.size(), 2U);
  EXPECT_EQ(m.attachments[0].part, "2");
  EXPECT_EQ(m.attachments[0].content_type, "message/rfc822");
  EXPECT_GT(m.attachments[0].bytes, 100U);
  EXPECT_EQ(m.attachments[1].filename, "winmail.dat");
  EXPECT_EQ(m.attachments[1].content_type, "application/ms-tnef");
}

TEST(parse_message, guesses_the_charset_of_raw_bytes) {
  const auto m = parse_well(test::raw_8bit());
  EXPECT_THAT(m.from, ElementsAre(address{"Andr\xC3\xA9", "andre@example.fr"}));
  EXPECT_THAT(m.to, ElementsAre(address{"J\xC3\xBCrgen", "j@example.de"}));
  EXPECT_EQ(m.subject, "caf\xC3\xA9 \xE2\x82\xAC 5") << "0x80 is the euro sign in windows-1252";
  EXPECT_EQ(m.text, "d\xC3\xA9j\xC3\xA0 vu\n");
}

TEST(parse_message, converts_charsets) {
  const auto text_in = [](std::string_view charset, std::string_view encoding, std::string_view body) {
    return parse_well("Content-Type: text/plain; charset=" + std::string(charset) +
                      "\r\nContent-Transfer-Encoding: " + std::string(encoding) + "\r\n\r\n" + std::string(body));
  };
  EXPECT_EQ(text_in("iso-2022-jp", "7bit", "\x1B$B$3$s\x1B(B").text, "\xE3\x81\x93\xE3\x82\x93");
  EXPECT_EQ(text_in("utf-16le", "base64", "YQBiAPwA").text, "ab\xC3\xBC");
  EXPECT_EQ(text_in("\"utf-8\"", "8bit", "\xEF\xBB\xBFwith mark").text, "with mark");
  const auto unknown = text_in("x-nonsense", "8bit", "caf\xE9");
  EXPECT_EQ(unknown.text, "caf\xC3\xA9");
  EXPECT_THAT(unknown.defects, Contains("unknown_charset"));
  const auto invalid = text_in("utf-8", "8bit", "a\xFF\xC3z");
  EXPECT_EQ(invalid.text, "a\xEF\xBF\xBD\xEF\xBF\xBDz");
  EXPECT_THAT(invalid.defects, Contains("undecodable_text"));
  EXPECT_EQ(text_in("utf-8//translit", "8bit", "ok").text, "ok");
}

TEST(parse_message, shows_what_it_can_of_broken_multiparts) {
  const auto unnamed =
      parse_well(mail({"From: a@example.com", "Content-Type: multipart/mixed", "", "--b", "", "hello"}));
  EXPECT_THAT(unnamed.text, testing::HasSubstr("hello"));
  EXPECT_THAT(unnamed.defects, ElementsAre("missing_boundary"));

  const auto wrong =
      parse_well(mail({"From: a@example.com", "Content-Type: multipart/mixed; boundary=right", "", "hello"}));
  EXPECT_EQ(wrong.text, "hello\n");
  EXPECT_THAT(wrong.defects, ElementsAre("boundary_not_found"));

  const auto cut = parse_well(test::nested().substr(0, test::nested().find("AAECAwQF") + 4));
  EXPECT_EQ(cut.text, "plain");
  ASSERT_EQ(cut.attachments.size(), 1U);
  EXPECT_EQ(cut.attachments[0].bytes, 3U);
  EXPECT_THAT(cut.defects, ElementsAre("missing_end_boundary"));

  const auto unclosed_inner = parse_well(mail({"From: a@example.com", "Content-Type: multipart/mixed; boundary=o", "",
                                               "--o", "Content-Type: multipart/alternative; boundary=i", "", "--i", "",
                                               "text", "--o", "Content-Type: image/gif", "", "gif", "--o--"}));
  EXPECT_EQ(unclosed_inner.text, "text");
  ASSERT_EQ(unclosed_inner.attachments.size(), 1U);
  EXPECT_EQ(unclosed_inner.attachments[0].part, "2");
}

TEST(parse_message, survives_missing_headers_and_bodies) {
  const auto nothing = parse_well("");
  EXPECT_EQ(nothing.text, "");
  EXPECT_THAT(nothing.defects, ElementsAre("missing_from"));
  const auto no_headers = parse_well("just some text\r\nand more\r\n");
  EXPECT_EQ(no_headers.text, "just some text\nand more\n");
  EXPECT_THAT(no_headers.defects, Contains("missing_header_separator"));
  const auto no_body = parse_well("Subject: empty\r\n");
  EXPECT_EQ(no_body.subject, "empty");
  EXPECT_EQ(no_body.text, "");
  const auto junk = parse_well("Subject: a\r\njunk among the headers\r\nFrom: b@example.com\r\n\r\ntext");
  EXPECT_EQ(junk.subject, "a");
  EXPECT_EQ(junk.from.size(), 1U);
  EXPECT_THAT(junk.defects, ElementsAre("invalid_header"));
  const auto mbox = parse_well("From someone Tue Nov 24\nSubject: s\n\nt");
  EXPECT_EQ(mbox.subject, "s");
  const auto part_without_separator = parse_well(
      mail({"From: a@b.example", "Content-Type: multipart/mixed; boundary=x", "", "--x", "Hello there", "--x--"}));
  EXPECT_EQ(part_without_separator.text, "Hello there");
}

TEST(parse_message, keeps_nul_and_bare_cr_out) {
  using namespace std::string_view_literals;
  const auto m = parse_well("From: a@example.com\r\nSubject: a\0b\rc\r\n\r\none\rtwo\0\r\nthree"sv);
  EXPECT_EQ(m.subject, "a b c");
  EXPECT_EQ(m.text, "one\ntwo\nthree");
}

TEST(parse_message, cuts_text_on_a_code_point) {
  std::string body;
  while (body.size() < limits::event_text_bytes_max + 100)
    body += "\xE2\x82\xAC";
  const auto m = parse_well("Content-Type: text/html; charset=utf-8\r\n\r\n" + body);
  EXPECT_TRUE(m.html_truncated);
  EXPECT_EQ(m.html.size(), limits::event_text_bytes_max - limits::event_text_bytes_max % 3);
  EXPECT_THAT(m.defects, Not(Contains("undecodable_text")));

  const auto exact = parse_well("Content-Type: text/plain\r\n\r\n" + std::string(limits::event_text_bytes_max, 'x'));
  EXPECT_FALSE(exact.text_truncated);
  const auto one_more =
      parse_well("Content-Type: text/plain\r\n\r\n" + std::string(limits::event_text_bytes_max + 1, 'x'));
  EXPECT_TRUE(one_more.text_truncated);
  EXPECT_EQ(one_more.text.size(), limits::event_text_bytes_max);
}

TEST(parse_message, joins_text_split_around_a_picture) {
  const auto m = parse_well(mail({"From: a@b.example", "Content-Type: multipart/mixed; boundary=x", "", "--x", "",
                                  "before", "--x", "Content-Type: image/png", "", "png", "--x", "", "after", "--x--"}));
  EXPECT_EQ(m.text, "before\nafter");
  EXPECT_EQ(m.attachments.size(), 1U);
}

TEST(parse_message, takes_named_text_for_an_attachment) {
  const auto m = parse_well(mail({"From: a@b.example", "Content-Type: multipart/mixed; boundary=x", "", "--x",
                                  "Content-Type: text/plain; name=\"C:\\\\temp\\\\..\\\\log.txt\"", "", "x", "--x",
                                  "Content-Type: text/csv", "", "a,b", "--x--"}));
  EXPECT_EQ(m.text, "");
  ASSERT_EQ(m.attachments.size(), 2U);
  EXPECT_EQ(m.attachments[0].filename, "log.txt") << "no directories";
  EXPECT_EQ(m.attachments[1].content_type, "text/csv");
}

TEST(parse_message, tells_automatic_mail) {
  const auto kind = [](std::string_view headers) { return parse_well(std::string(headers) + "\r\n\r\nx").automatic; };
  EXPECT_EQ(parse_well(test::bounce()).automatic, automatic_kind::bounce);
  EXPECT_EQ(parse_well(test::bounce()).text, "could not be delivered");
  EXPECT_EQ(kind("From: MAILER-DAEMON@example.com"), automatic_kind::bounce);
  EXPECT_EQ(kind("Return-Path: <>"), automatic_kind::bounce);
  EXPECT_EQ(kind("Return-Path: <>\r\nAuto-Submitted: auto-replied (vacation)"), automatic_kind::auto_reply);
  EXPECT_EQ(kind("Auto-Submitted: Auto-Generated; owner=x"), automatic_kind::auto_generated);
  EXPECT_EQ(kind("Auto-Submitted: no"), automatic_kind::none);
  EXPECT_EQ(kind("Content-Type: multipart/report; report-type=disposition-notification; boundary=b"),
            automatic_kind::receipt);
  EXPECT_EQ(kind("Content-Type: multipart/report; report-type=feedback-report; boundary=b"),
            automatic_kind::feedback_report);
  EXPECT_EQ(kind("List-Id: News <news.example.com>"), automatic_kind::list);
  EXPECT_EQ(kind("Precedence: bulk"), automatic_kind::bulk);
  EXPECT_EQ(kind("X-Auto-Response-Suppress: All"), automatic_kind::none)
      << "says what not to answer, not what the mail is";
  EXPECT_EQ(parse_well("X-Auto-Response-Suppress: DR, OOF\r\n\r\n").x_auto_response_suppress, "DR, OOF");
}

TEST(parse_message, recognises_what_exchange_sends_instead_of_a_mail) {
  EXPECT_TRUE(parse_well("Subject: Retrieval using the IMAP4 protocol failed for the following message: 815\r\n\r\n")
                  .server_placeholder);
  EXPECT_FALSE(parse_well("Subject: Re: Retrieval using the IMAP4 protocol failed\r\n\r\n").server_placeholder);
}

TEST(parse_message, reports_a_failing_source) {
  const auto& raw = test::nested();
  for (std::size_t good = 0; good < raw.size(); good += 7) {
    test::failing_source source(raw, good);
    const auto parsed = parse_message(source);
    ASSERT_FALSE(parsed.has_value());
    EXPECT_EQ(parsed.error().code, errc::store_unavailable);
  }
}

TEST(parse_message, reports_dates_that_are_none) {
  EXPECT_THAT(parse_well("From: a@b.example\r\nDate: yesterday\r\n\r\n").defects, ElementsAre("invalid_date"));
  EXPECT_FALSE(parse_well("Date: yesterday\r\n\r\n").date);
}

} // namespace
} // namespace postroom::mime
