#include "sim/imap/address_list.hpp"
#include "sim/imap/envelope.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::sim {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string envelope_of(std::string_view header) {
  return envelope_text(header_fields(header));
}

std::string to_of(const std::string& list) {
  const auto text = envelope_of("To: " + list + "\r\n");
  constexpr std::string_view before = "(NIL NIL NIL NIL NIL ", behind = " NIL NIL NIL NIL)";
  EXPECT_THAT(text, StartsWith(std::string{before}));
  return text.substr(before.size(), text.size() - before.size() - behind.size());
}

TEST(envelope, tells_all_ten_fields) {
  EXPECT_EQ(envelope_of("Date: Tue, 24 Nov 2026 02:09:11 +0000\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n und mehr\r\n"
                        "From: Anna <anna@example.test>\r\nSender: b@example.test\r\nReply-To: c@example.test\r\n"
                        "To: d@example.test\r\nCc: e@example.test\r\nBcc: f@example.test\r\n"
                        "In-Reply-To: <1@x>\r\nMessage-ID: <2@x>\r\n\r\n"),
            "(\"Tue, 24 Nov 2026 02:09:11 +0000\" \"=?utf-8?q?Gr=C3=BC=C3=9Fe?= und mehr\" "
            "((\"Anna\" NIL \"anna\" \"example.test\")) ((NIL NIL \"b\" \"example.test\")) "
            "((NIL NIL \"c\" \"example.test\")) ((NIL NIL \"d\" \"example.test\")) ((NIL NIL \"e\" \"example.test\")) "
            "((NIL NIL \"f\" \"example.test\")) \"<1@x>\" \"<2@x>\")");
}

TEST(envelope, sender_and_reply_to_default_to_from) {
  EXPECT_EQ(envelope_of("From: a@b\r\nReply-To:\r\n"),
            "(NIL NIL ((NIL NIL \"a\" \"b\")) ((NIL NIL \"a\" \"b\")) ((NIL NIL \"a\" \"b\")) NIL NIL NIL NIL NIL)");
  EXPECT_EQ(envelope_of(""), "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)");
  EXPECT_THAT(envelope_of("Subject:\r\n"), StartsWith("(NIL \"\" NIL"));
}

TEST(envelope, reads_addresses_in_all_their_forms) {
  EXPECT_EQ(to_of("\"Doe, \\\"J\\\" \" <j@x>, k@y"), R"((("Doe, \"J\" " NIL "j" "x")(NIL NIL "k" "y")))");
  EXPECT_EQ(to_of("Anna Maria Huber\r\n <a@[10.0.0.1]>"), R"((("Anna Maria Huber" NIL "a" "[10.0.0.1]")))");
  EXPECT_EQ(to_of("a.b@c.d (Anna B.)"), R"((("Anna B." NIL "a.b" "c.d")))");
  EXPECT_EQ(to_of("<@hop1,@hop2:a@b>"), R"(((NIL "@hop1,@hop2" "a" "b")))");
  EXPECT_EQ(to_of("\"quoted local\"@x"), R"(((NIL NIL "quotedlocal" "x")))");
}

TEST(envelope, reads_groups) {
  EXPECT_EQ(to_of("undisclosed-recipients:;"), R"(((NIL NIL "undisclosed-recipients" NIL)(NIL NIL NIL NIL)))");
  EXPECT_EQ(to_of("Team A: a@x, B <b@x>;, c@x"),
            R"(((NIL NIL "Team A" NIL)(NIL NIL "a" "x")("B" NIL "b" "x")(NIL NIL NIL NIL)(NIL NIL "c" "x")))");
  EXPECT_EQ(to_of("unclosed: a@x"), R"(((NIL NIL "unclosed" NIL)(NIL NIL "a" "x")(NIL NIL NIL NIL)))");
}

TEST(envelope, makes_something_of_nonsense) {
  EXPECT_THAT(to_of("nobody"), HasSubstr("MISSING_DOMAIN"));
  EXPECT_THAT(to_of("@x"), HasSubstr("MISSING_MAILBOX"));
  for (const auto* text : {"<", ">", "<<>>", "(", "\"", "a@", ";;;", ":", "[", "a <b", ",,,", "\\", "<@", "a:b:c:d;;"})
    (void)to_of(text);
}

TEST(envelope, tells_a_thousand_addresses) {
  std::string many;
  for (int i = 0; i < 3000; ++i)
    many += "a@b,";
  EXPECT_EQ(parse_address_list(many, 1000).size(), 1000U);
}

TEST(envelope, quotes_what_can_be_quoted) {
  EXPECT_EQ(imap_string(""), "\"\"");
  EXPECT_EQ(imap_string("a\"\\b"), "\"a\\\"\\\\b\"");
  EXPECT_EQ(imap_string("Grüße"), "{7}\r\nGrüße");
  EXPECT_EQ(imap_string(std::string{"a\0b", 3}), "\"ab\"");
  EXPECT_THAT(imap_string(std::string(2000, 'x')), StartsWith("{2000}\r\n"));
  EXPECT_EQ(imap_nstring(std::nullopt), "NIL");
}

} // namespace
} // namespace postroom::sim
