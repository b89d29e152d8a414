#include "tests/conformance/imap_transcript.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::test {
namespace {

using testing::ElementsAre;

TEST(imap_transcript, evens_out_words_order_and_spelling) {
  imap_transcript one, other;
  const auto a =
      one.lines_of("FETCH 1:2 (FLAGS BODY[])", {"* 1 FETCH (FLAGS (\\Seen \\Flagged) BODY[] {3}\r\nabc)",
                                                "* 2 FETCH (FLAGS () BODY[] \"\")", "t1 OK Done in no time."});
  const auto b =
      other.lines_of("FETCH 1:2 (FLAGS BODY[])",
                     {"* 2 FETCH (BODY[] {0}\r\n FLAGS (\\Recent))", "* 1 FETCH (UID 7)", "* OK still here",
                      "* 1 FETCH (BODY[] \"abc\" FLAGS (\\flagged \\SEEN))", "t1 OK [CAPABILITY X] FETCH completed"});
  EXPECT_EQ(a, b);
  EXPECT_THAT(a, ElementsAre("* 1 FETCH (BODY[] \"abc\" FLAGS (\\flagged \\seen))", "* 2 FETCH (BODY[] \"\" FLAGS ())",
                             "t1 OK"));
}

TEST(imap_transcript, keeps_what_matters) {
  imap_transcript said;
  EXPECT_THAT(said.lines_of("UID FETCH 7 FLAGS", {"* 1 FETCH (UID 7 FLAGS (x))", "t1 NO [TRYCREATE] no"}),
              ElementsAre("* 1 FETCH (FLAGS (x) UID 7)", "t1 NO [TRYCREATE]"));
  EXPECT_THAT(said.lines_of("FETCH 1 BODY[]", {"* 1 FETCH (BODY[] {4}\r\na\r\n\xC3)", "t2 BAD x"}),
              ElementsAre("* 1 FETCH (BODY[] \"a\\r\\n\\xc3\")", "t2 BAD"));
  EXPECT_THAT(said.lines_of("SEARCH ALL", {"* SEARCH 3 1", "t3 OK x"}), ElementsAre("* SEARCH 1,3", "t3 OK"));
}

TEST(imap_transcript, counts_expunged_mails_by_their_old_numbers) {
  imap_transcript said;
  const auto ascending = said.lines_of("EXPUNGE", {"* 2 EXPUNGE", "* 2 EXPUNGE", "* 3 EXPUNGE", "t1 OK x"});
  const auto descending = said.lines_of("EXPUNGE", {"* 5 EXPUNGE", "* 3 EXPUNGE", "* 2 EXPUNGE", "t1 OK x"});
  EXPECT_EQ(ascending, descending);
  EXPECT_THAT(ascending, ElementsAre("* gone: 2,3,5", "t1 OK"));
}

TEST(imap_transcript, numbers_uid_validities) {
  imap_transcript said;
  EXPECT_THAT(said.lines_of("SELECT INBOX", {"* OK [UIDVALIDITY 99] x", "t1 OK [READ-WRITE] x"}),
              ElementsAre("* OK [UIDVALIDITY uidvalidity 1]", "t1 OK [READ-WRITE]"));
  EXPECT_THAT(said.lines_of("COPY 1:2 x", {"t2 OK [COPYUID 7 1:2 4,3] x"}),
              ElementsAre("t2 OK [COPYUID uidvalidity 2 1,2 3,4]"));
  EXPECT_EQ(said.uid_validity(), "99");
}

TEST(imap_transcript, shows_what_is_malformed) {
  imap_transcript said;
  EXPECT_THAT(said.lines_of("FETCH 1 FLAGS", {"* 1 FETCH (FLAGS (\\Seen)", "t1 OK x"}),
              ElementsAre(testing::HasSubstr("malformed"), "t1 OK"));
}

} // namespace
} // namespace postroom::test
