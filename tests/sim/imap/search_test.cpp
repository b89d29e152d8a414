#include "sim/imap/search.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace postroom::sim {
namespace {

const std::vector<std::string> keywords{"$Forwarded", "Urgent"};
const search_grammar everything{true, true, true, keywords};

/// One mail: UID 7, the third of three, seen, with the second keyword, of 24 November.
bool finds(std::string_view criteria, const search_grammar& grammar = everything) {
  const auto search = parse_search(criteria, grammar);
  EXPECT_TRUE(search) << criteria;
  const mail it{.uid = 7,
                .flags = seen,
                .received = wall_time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}} + std::chrono::hours{5},
                .raw = std::make_shared<const std::string>("Subject: An Offer\r\nFrom: anna@example.test\r\n"
                                                           "Date: Mon, 23 Nov 2026 23:00:00 +0100\r\n"
                                                           "Message-ID: <m1@example.test>\r\n\r\nDear all\r\n"),
                .keywords = 2,
                .mod_seq = 40,
                .id = 99};
  return search && search->matches({it, 3, 7, 3});
}

TEST(search, looks_at_flags_and_numbers) {
  EXPECT_TRUE(finds("ALL SEEN 3 UID 7 UID 1:* UNDELETED OLD"));
  EXPECT_FALSE(finds("UNSEEN"));
  EXPECT_FALSE(finds("UID 1:6"));
  EXPECT_FALSE(finds("RECENT"));
  EXPECT_TRUE(finds("KEYWORD urgent UNKEYWORD $Forwarded UNKEYWORD other UNKEYWORD $MDNSent"));
  EXPECT_FALSE(finds("KEYWORD other"));
  EXPECT_TRUE(finds("LARGER 10 SMALLER 1000"));
  EXPECT_FALSE(finds("LARGER 1000"));
}

TEST(search, looks_at_days) {
  EXPECT_TRUE(finds("ON 24-Nov-2026 SINCE 24-Nov-2026 BEFORE 25-Nov-2026"));
  EXPECT_FALSE(finds("BEFORE 24-Nov-2026"));
  EXPECT_TRUE(finds("SENTON 23-Nov-2026 SENTBEFORE 24-Nov-2026 SENTSINCE 23-Nov-2026"));
  EXPECT_FALSE(finds("SENTON 24-Nov-2026"));
}

TEST(search, looks_into_mails) {
  EXPECT_TRUE(finds("SUBJECT offer FROM ANNA HEADER Message-ID <m1@example.test> BODY dear TEXT \"an offer\""));
  EXPECT_FALSE(finds("BODY offer"));
  EXPECT_FALSE(finds("TO anna"));
  EXPECT_TRUE(finds("HEADER Subject \"\""));
  EXPECT_FALSE(finds("HEADER X-None \"\""));
}

TEST(search, combines) {
  EXPECT_TRUE(finds("OR UNSEEN (SEEN UID 7)"));
  EXPECT_TRUE(finds("NOT UNSEEN"));
  EXPECT_FALSE(finds("NOT (SEEN OR UID 1 UID 7)"));
  EXPECT_TRUE(finds("(SUBJECT \"of\" FROM \"anna\")"));
}

TEST(search, knows_modification_sequences) {
  EXPECT_TRUE(finds("MODSEQ 40"));
  EXPECT_FALSE(finds("MODSEQ 41"));
  EXPECT_TRUE(finds(R"(MODSEQ "/flags/\\draft" all 40)"));
  EXPECT_TRUE(parse_search("(MODSEQ 1)", everything)->uses_mod_seq);
  EXPECT_FALSE(parse_search("ALL", everything)->uses_mod_seq);
}

TEST(search, knows_what_gmail_does) {
  EXPECT_TRUE(finds("X-GM-MSGID 99"));
  EXPECT_FALSE(finds("X-GM-MSGID 98"));
  EXPECT_TRUE(finds("X-GM-RAW \"subject:offer from:anna dear\""));
  EXPECT_TRUE(finds("X-GM-RAW rfc822msgid:m1@example.test"));
  EXPECT_FALSE(finds("X-GM-RAW \"is:unread\""));
}

TEST(search, refuses_what_a_face_does_not_know) {
  for (const auto* text : {"(SEEN)", "MODSEQ 1", "X-GM-RAW a", "NONSENSE", "", "OR SEEN", "NOT", "UID", "UID x",
                           "SINCE nonsense", "HEADER a", "KEYWORD", "LARGER x", "SUBJECT"})
    EXPECT_FALSE(parse_search(text)) << text;
  for (const auto* text : {"(SEEN", "()", "MODSEQ x", "X-GM-MSGID x"})
    EXPECT_FALSE(parse_search(text, everything)) << text;
  std::string deep, open;
  for (int i = 0; i < 1000; ++i) {
    deep += "NOT ";
    open += "(";
  }
  EXPECT_FALSE(parse_search(deep + "ALL", everything));
  EXPECT_FALSE(parse_search(open + "ALL" + std::string(1000, ')'), everything));
}

TEST(search, knows_its_results) {
  EXPECT_TRUE(are_search_results(""));
  EXPECT_TRUE(are_search_results("min MAX COUNT ALL"));
  EXPECT_FALSE(are_search_results("SAVE"));
}

} // namespace
} // namespace postroom::sim
