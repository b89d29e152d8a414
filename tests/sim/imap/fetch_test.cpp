#include "sim/imap/fetch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::sim {
namespace {

using testing::StartsWith;
using kind = fetch_item::kind;

const std::string raw = "Subject: outer\r\nX-A: 1\r\nX-B: 2\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
                        "--b\r\nX-Part: 1\r\n\r\nfirst\r\n"
                        "--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: inner\r\nX-A: 3\r\n\r\ninner text\r\n"
                        "--b--\r\n";

/// What the one item brings; `NIL` for nothing.
std::string fetch(const std::string& text, const std::string& from = raw) {
  const mail mail{.raw = std::make_shared<const std::string>(from)};
  const auto items = parse_fetch_items(text);
  if (!items || items->size() != 1)
    return "not understood";
  fetched_mail fetched{mail};
  const auto slice = fetched.octets_of(items->front());
  return slice ? slice->raw->substr(slice->offset, slice->octets) : "NIL";
}

TEST(fetch, knows_macros_and_lists) {
  EXPECT_EQ(parse_fetch_items("fast")->size(), 3U);
  EXPECT_EQ(parse_fetch_items("ALL")->back().what, kind::envelope);
  EXPECT_EQ(parse_fetch_items("Full")->back().what, kind::body);
  EXPECT_EQ(parse_fetch_items("(UID FLAGS BODYSTRUCTURE BODY.PEEK[HEADER.FIELDS (To \"Cc\")])")->size(), 4U);
  for (const auto* wrong : {"",
                            "()",
                            "FOO",
                            "(FLAGS",
                            "(FAST)",
                            "BODY[",
                            "BODY]x[",
                            "BODY[MIME]",
                            "BODY[0]",
                            "BODY[1.]",
                            "BODY[1.0]",
                            "BODY[x]",
                            "BODY[1.FOO]",
                            "BODY[HEADER.FIELDS]",
                            "BODY[HEADER.FIELDS ()]",
                            "BODY[99999999999]",
                            "BODY[]<1>",
                            "BODY[]<1.0>",
                            "BODY[]<x.y>",
                            "BODY[1 2]"})
    EXPECT_FALSE(parse_fetch_items(wrong)) << wrong;
}

TEST(fetch, knows_what_marks_a_mail_as_read) {
  for (const auto* sets : {"BODY[]", "BODY[1]", "RFC822", "RFC822.TEXT", "BODY[1.MIME]"})
    EXPECT_TRUE(parse_fetch_items(sets)->front().sets_seen) << sets;
  for (const auto* does_not : {"BODY.PEEK[]", "RFC822.HEADER", "BODY", "BODYSTRUCTURE", "ENVELOPE"})
    EXPECT_FALSE(parse_fetch_items(does_not)->front().sets_seen) << does_not;
}

TEST(fetch, names_items_in_the_answer) {
  EXPECT_EQ(parse_fetch_items("body.peek[1.mime]<3.4>")->front().label, "BODY[1.mime]<3>");
  EXPECT_EQ(parse_fetch_items("rfc822.size")->front().label, "RFC822.SIZE");
}

TEST(fetch, brings_the_octets_of_sections) {
  EXPECT_EQ(fetch("BODY[]"), raw);
  EXPECT_EQ(fetch("RFC822"), raw);
  EXPECT_EQ(fetch("BODY[HEADER]") + fetch("BODY[TEXT]"), raw);
  EXPECT_EQ(fetch("BODY[HEADER.FIELDS (x-b SUBJECT)]"), "Subject: outer\r\nX-B: 2\r\n\r\n");
  EXPECT_EQ(fetch("BODY[HEADER.FIELDS.NOT (x-b subject content-type)]"), "X-A: 1\r\n\r\n");
  EXPECT_EQ(fetch("BODY[HEADER.FIELDS (none)]"), "\r\n");
}

TEST(fetch, brings_the_octets_of_parts) {
  EXPECT_EQ(fetch("BODY[1]"), "first");
  EXPECT_EQ(fetch("BODY[1.MIME]"), "X-Part: 1\r\n\r\n");
  EXPECT_EQ(fetch("BODY[2]"), "Subject: inner\r\nX-A: 3\r\n\r\ninner text");
  EXPECT_EQ(fetch("BODY[2.HEADER]"), "Subject: inner\r\nX-A: 3\r\n\r\n");
  EXPECT_EQ(fetch("BODY[2.TEXT]"), "inner text");
  EXPECT_EQ(fetch("BODY[2.1]"), "inner text");
  EXPECT_EQ(fetch("BODY[2.HEADER.FIELDS (X-A)]"), "X-A: 3\r\n\r\n");
  EXPECT_EQ(fetch("BODY[2.HEADER.FIELDS.NOT (X-A)]"), "Subject: inner\r\n\r\n");
  for (const auto* none : {"BODY[3]", "BODY[1.1]", "BODY[1.HEADER]", "BODY[1.TEXT]", "BODY[2.2]"})
    EXPECT_EQ(fetch(none), "NIL") << none;
}

TEST(fetch, brings_partial_octets) {
  EXPECT_EQ(fetch("BODY[]<0.7>"), "Subject");
  EXPECT_EQ(fetch("BODY[1]<1.3>"), "irs");
  EXPECT_EQ(fetch("BODY[1]<3.1000>"), "st");
  EXPECT_EQ(fetch("BODY[1]<1000.1>"), "");
  EXPECT_EQ(fetch("BODY[HEADER.FIELDS (x-b)]<1.2>"), "-B");
}

TEST(fetch, finds_the_end_of_odd_headers) {
  EXPECT_EQ(fetch("BODY[TEXT]", "\r\nonly body"), "only body");
  EXPECT_EQ(fetch("BODY[HEADER]", "A: 1\nB: 2\n\nbody"), "A: 1\nB: 2\n\n");
  EXPECT_EQ(fetch("BODY[TEXT]", "A: 1"), "");
  EXPECT_EQ(fetch("BODY[HEADER.FIELDS (A)]", "A: 1"), "A: 1\r\n\r\n");
}

TEST(fetch, tells_structure_and_envelope) {
  const mail mail{.raw = std::make_shared<const std::string>(raw)};
  fetched_mail fetched{mail};
  EXPECT_THAT(fetched.text_of(kind::envelope), StartsWith("(NIL \"outer\" "));
  EXPECT_THAT(fetched.text_of(kind::body), StartsWith("((\"text\" \"plain\""));
  EXPECT_NE(fetched.text_of(kind::body), fetched.text_of(kind::body_structure));
}

TEST(fetch, finds_the_value_of_a_field) {
  EXPECT_EQ(header_value("Subject: one\r\n two\r\n\r\n", "subject"), "one two");
  EXPECT_EQ(header_value("Subject: one\r\n\r\n", "to"), "");
}

} // namespace
} // namespace postroom::sim
