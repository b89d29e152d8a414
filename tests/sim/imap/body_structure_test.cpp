#include "sim/imap/body_structure.hpp"

#include "protocol/imap/body_structure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace postroom::sim {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

std::string structure_of(std::string_view raw, bool extended = true, structure_quirks quirks = {}) {
  return body_structure_text(raw, read_parts(raw), extended, quirks);
}

TEST(body_structure, of_a_mail_without_any_mime) {
  EXPECT_EQ(structure_of("Subject: x\r\n\r\none\r\ntwo\r\n", false),
            R"(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 10 2))");
  EXPECT_EQ(structure_of("Subject: x\r\n\r\none\r\n"),
            R"(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 5 1 NIL NIL NIL NIL))");
  EXPECT_EQ(structure_of(""), R"(("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0 NIL NIL NIL NIL))");
}

TEST(body_structure, tells_all_fields_of_a_part) {
  EXPECT_EQ(
      structure_of("Content-Type: application/pdf; name=\"a b.pdf\"\r\nContent-ID: <1@x>\r\n"
                   "Content-Description: the bill\r\nContent-Transfer-Encoding: BASE64\r\nContent-MD5: Q2hlY2s=\r\n"
                   "Content-Disposition: attachment; filename*0=\"a \"; filename*1=\"b.pdf\"\r\n"
                   "Content-Language: de, en-GB\r\nContent-Location: http://x/\r\n\r\nQQ==\r\n"),
      R"(("application" "pdf" ("name" "a b.pdf") "<1@x>" "the bill" "BASE64" 6 "Q2hlY2s=" )"
      R"(("attachment" ("filename" "a b.pdf")) ("de" "en-GB") "http://x/"))");
}

const std::string with_parts = "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
                               "--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>\r\n"
                               "--b\r\nContent-Type: message/rfc822\r\nContent-Disposition: inline\r\n\r\n"
                               "From: a@b\r\nSubject: in\r\n\r\nhi\r\n"
                               "--b--\r\n";

TEST(body_structure, nests_multiparts_and_mails) {
  const std::string inner =
      R"((NIL "in" ((NIL NIL "a" "b")) ((NIL NIL "a" "b")) ((NIL NIL "a" "b")) NIL NIL NIL NIL NIL))";
  EXPECT_EQ(structure_of(with_parts, false),
            R"((("text" "html" ("charset" "utf-8") NIL NIL "7bit" 3 0)("message" "rfc822" NIL NIL NIL "7bit" 28 )" +
                inner + R"( ("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 2 0) 3) "mixed"))");
  EXPECT_THAT(structure_of(with_parts), AllOf(HasSubstr(R"( 3 NIL ("inline" NIL) NIL NIL) "mixed" ("boundary" "b"))"),
                                              EndsWith(R"("mixed" ("boundary" "b") NIL NIL NIL))")));
}

TEST(body_structure, gives_a_multipart_without_parts_an_empty_one) {
  EXPECT_EQ(structure_of("Content-Type: multipart/mixed; boundary=b\r\n\r\n", false),
            R"((("text" "plain" ("charset" "us-ascii") NIL NIL "7bit" 0 0) "mixed"))");
}

TEST(body_structure, shows_each_quirk_of_exchange_in_some_mails_and_always_the_same) {
  std::set<std::string> endings;
  std::size_t odd = 0;
  for (int i = 0; i < 400; ++i) {
    const auto raw = "X-Number: " + std::to_string(i) + "\r\n" +
                     "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Disposition: "
                     "attachment\r\n\r\nx\r\n--b\r\nContent-Type: image/png\r\n\r\n\r\n--b--\r\n";
    const auto text = structure_of(raw, true, {.exchange = true});
    EXPECT_EQ(text, structure_of(raw, true, {.exchange = true}));
    EXPECT_EQ(structure_of(raw, false, {.exchange = true}), structure_of(raw, false));
    odd += text != structure_of(raw);
    endings.insert(text);
  }
  EXPECT_GT(odd, 20U);
  EXPECT_LT(odd, 100U);
  EXPECT_EQ(endings.size(), 5U);
  const auto shown = [&](std::string_view what) {
    return std::ranges::any_of(endings, [&](const std::string& each) { return each.find(what) != std::string::npos; });
  };
  EXPECT_TRUE(shown(R"( "attachment" NIL)"));
  EXPECT_TRUE(shown("(NIL NIL)"));
  EXPECT_TRUE(shown(R"((NIL NIL NIL NIL NIL "7bit" 0)"));
}

TEST(body_structure, is_understood_by_the_gateway_whatever_the_quirk) {
  std::set<bool> seen_quirks;
  for (int i = 0; i < 400; ++i) {
    const auto raw = "X-Number: " + std::to_string(i) + "\r\n" + with_parts;
    const auto text = structure_of(raw, true, {.exchange = true});
    const imap::frame answer{text};
    imap::token_reader in{answer};
    const auto read = imap::read_body_structure(in);
    ASSERT_TRUE(read && in.at_end()) << text;
    ASSERT_EQ(read->children.size(), 2U);
    EXPECT_EQ(read->children[1].subtype, "rfc822");
    seen_quirks.insert(in.seen.has(imap::quirk::odd_body_structure));
  }
  EXPECT_EQ(seen_quirks.size(), 2U);
}

} // namespace
} // namespace postroom::sim
