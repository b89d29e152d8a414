#include "tests/sim/imap/imap_fixture.hpp"

namespace postroom::sim {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// With the manners of Dovecot.
class generic_session : public imap_client, public testing::Test {
protected:
  generic_session() : imap_client(service::generic) {}
  std::string mod_seq_of(std::uint32_t uid) { return std::to_string(inbox().find(uid)->mod_seq); }
  std::string highest() { return std::to_string(inbox().highest_mod_seq()); }
};

const std::string done = " completed (0.001 + 0.000 secs).\r\n";

TEST_F(generic_session, tells_the_highest_modification_sequence) {
  add();
  (void)sign_in();
  const auto selected = say("b SELECT INBOX");
  EXPECT_THAT(selected, AllOf(HasSubstr("[PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)]"),
                              HasSubstr("* OK [HIGHESTMODSEQ " + highest() + "]")));
  EXPECT_EQ(say("c STATUS INBOX (HIGHESTMODSEQ)"),
            "* STATUS \"INBOX\" (HIGHESTMODSEQ " + highest() + ")\r\nc OK Status" + done);
  EXPECT_THAT(say("d SELECT INBOX"), StartsWith("* OK [CLOSED] "));
}

TEST_F(generic_session, tells_sizes_exactly) {
  add();
  open_inbox();
  EXPECT_THAT(say("b FETCH 1 RFC822.SIZE"), HasSubstr("RFC822.SIZE " + std::to_string(raw.size()) + ")"));
}

TEST_F(generic_session, tells_modification_sequences_once_asked_to) {
  add();
  open_inbox();
  inbox().set_flags(1, seen);
  EXPECT_THAT(say("b NOOP"), Not(HasSubstr("MODSEQ")));
  EXPECT_EQ(say("c UID FETCH 1 (MODSEQ)"), "* 1 FETCH (UID 1 MODSEQ (" + mod_seq_of(1) + "))\r\nc OK Fetch" + done);
  inbox().set_flags(1, 0);
  EXPECT_EQ(say("d NOOP"), "* 1 FETCH (FLAGS () MODSEQ (" + mod_seq_of(1) + "))\r\nd OK Noop" + done);
  const auto silent = say("e UID STORE 1 +FLAGS.SILENT (\\Seen)");
  EXPECT_EQ(silent, "* 1 FETCH (UID 1 MODSEQ (" + mod_seq_of(1) + "))\r\ne OK Store" + done);
}

TEST_F(generic_session, stores_only_what_has_not_changed) {
  add();
  add();
  open_inbox();
  const auto known = highest();
  inbox().set_flags(1, answered);
  const auto answer = say("b UID STORE 1:2 (UNCHANGEDSINCE " + known + ") +FLAGS (\\Seen)");
  EXPECT_THAT(answer, AllOf(HasSubstr("* 2 FETCH (UID 2 FLAGS (\\Seen) MODSEQ (" + mod_seq_of(2) + "))"),
                            HasSubstr("b OK [MODIFIED 1] ")));
  EXPECT_EQ(inbox().find(1)->flags, answered);
  EXPECT_THAT(say("c STORE 1 (UNCHANGEDSINCE x) +FLAGS (\\Seen)"), StartsWith("c BAD"));
}

TEST_F(generic_session, fetches_what_has_changed_since) {
  for (int i = 0; i < 3; ++i)
    add();
  open_inbox();
  const auto known = highest();
  inbox().set_flags(2, seen);
  inbox().expunge(1);
  EXPECT_THAT(say("b UID FETCH 1:* (FLAGS) (CHANGEDSINCE " + known + " VANISHED)"), StartsWith("b BAD"))
      << "QRESYNC is not enabled";
  EXPECT_EQ(say("c ENABLE QRESYNC"), "* ENABLED QRESYNC\r\n* VANISHED 1\r\n* 1 FETCH (UID 2 FLAGS (\\Seen) MODSEQ (" +
                                         mod_seq_of(2) + "))\r\nc OK Enable" + done);
  EXPECT_EQ(say("d UID FETCH 1:* (FLAGS) (CHANGEDSINCE " + known + " VANISHED)"),
            "* VANISHED (EARLIER) 1\r\n* 1 FETCH (UID 2 FLAGS (\\Seen) MODSEQ (" + mod_seq_of(2) + "))\r\nd OK Fetch" +
                done);
}

TEST_F(generic_session, resynchronises) {
  for (int i = 0; i < 5; ++i)
    add();
  const auto known = highest();
  inbox().expunge(2);
  inbox().expunge(4);
  inbox().set_flags(5, seen);
  (void)sign_in();
  EXPECT_THAT(say("b SELECT INBOX (QRESYNC (14 " + known + "))"), StartsWith("b BAD")) << "not enabled";
  (void)say("c ENABLE QRESYNC");
  const auto selected = say("d SELECT INBOX (QRESYNC (14 " + known + " 1:5))");
  EXPECT_THAT(selected, HasSubstr("* VANISHED (EARLIER) 2,4\r\n* 3 FETCH (UID 5 FLAGS (\\Seen) MODSEQ (" +
                                  mod_seq_of(5) + "))\r\nd OK [READ-WRITE]"));
  EXPECT_THAT(say("e SELECT INBOX (QRESYNC (14 " + known + " 1:3))"),
              AllOf(HasSubstr("* VANISHED (EARLIER) 2\r\n"), Not(HasSubstr("FETCH"))));
  EXPECT_THAT(say("f SELECT INBOX (QRESYNC (15 " + known + "))"), Not(HasSubstr("VANISHED"))) << "other UIDs";
}

TEST_F(generic_session, tells_all_that_is_missing_when_it_has_forgotten) {
  add();
  const auto known = highest();
  for (std::size_t i = 0; i <= folder::history_max; ++i)
    inbox().expunge(add());
  (void)sign_in();
  (void)say("b ENABLE QRESYNC");
  EXPECT_THAT(say("c SELECT INBOX (QRESYNC (14 " + known + "))"), HasSubstr("* VANISHED (EARLIER) 2:1002\r\n"));
}

TEST_F(generic_session, says_vanished_instead_of_expunge) {
  for (int i = 0; i < 4; ++i)
    add();
  (void)sign_in();
  (void)say("b ENABLE QRESYNC");
  (void)say("c SELECT INBOX");
  (void)say("d STORE 1:2 +FLAGS (\\Deleted)");
  const auto answer = say("e EXPUNGE");
  EXPECT_EQ(answer, "* VANISHED 1:2\r\ne OK [HIGHESTMODSEQ " + highest() + "] Expunge" + done);
  EXPECT_THAT(say("f UID MOVE 3 Trash"), StartsWith("* OK [COPYUID 14 3 1] Moved UIDs.\r\n* VANISHED 3\r\nf OK "));
}

TEST_F(generic_session, keeps_keywords) {
  add();
  open_inbox();
  EXPECT_THAT(say("b STORE 1 +FLAGS ($Forwarded Urgent)"),
              AllOf(HasSubstr("* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft $Forwarded Urgent)"),
                    HasSubstr("FLAGS ($Forwarded Urgent))")));
  EXPECT_THAT(say("c UID SEARCH KEYWORD urgent"), StartsWith("* SEARCH 1\r\n"));
  EXPECT_THAT(say("d COPY 1 Trash"), HasSubstr("d OK [COPYUID"));
  EXPECT_THAT(say("e STORE 1 -FLAGS (Urgent)"), HasSubstr("FLAGS ($Forwarded))"));
  (void)say("f SELECT Trash");
  EXPECT_THAT(say("g FETCH 1 FLAGS"), HasSubstr("FLAGS ($Forwarded Urgent))"));
  EXPECT_THAT(say("h STORE 1 +FLAGS (\\Nonsense)"), StartsWith("h BAD"));
}

TEST_F(generic_session, answers_extended_searches) {
  for (int i = 0; i < 5; ++i)
    add();
  open_inbox();
  inbox().set_flags(3, seen);
  (void)say("a NOOP");
  EXPECT_EQ(say("b UID SEARCH RETURN (MIN MAX COUNT ALL) UNSEEN"),
            "* ESEARCH (TAG \"b\") UID MIN 1 MAX 5 COUNT 4 ALL 1:2,4:5\r\nb OK Search" + done);
  EXPECT_EQ(say("c SEARCH RETURN () SEEN"), "* ESEARCH (TAG \"c\") ALL 3\r\nc OK Search" + done);
  EXPECT_EQ(say("d SEARCH RETURN (COUNT MIN) DELETED"), "* ESEARCH (TAG \"d\") COUNT 0\r\nd OK Search" + done);
  EXPECT_EQ(say("e UID SEARCH MODSEQ " + mod_seq_of(3)),
            "* SEARCH 3 (MODSEQ " + mod_seq_of(3) + ")\r\ne OK Search" + done);
  EXPECT_THAT(say("f SEARCH RETURN (SAVE) ALL"), StartsWith("f BAD"));
  EXPECT_THAT(say("g UID SEARCH CHARSET UTF-8 ALL"), HasSubstr("g OK"));
  EXPECT_THAT(say("h UID SEARCH CHARSET KOI8-R ALL"), StartsWith("h NO [BADCHARSET"));
}

TEST_F(generic_session, makes_and_lists_folders) {
  (void)sign_in();
  EXPECT_EQ(say("b CREATE Done/2026"), "b OK Create" + done);
  EXPECT_THAT(say("c CREATE Done/2026"), StartsWith("c NO [ALREADYEXISTS]"));
  EXPECT_THAT(say("d LIST \"\" Done*"), AllOf(HasSubstr("* LIST (\\Noselect \\HasChildren) \"/\" \"Done\"\r\n"),
                                              HasSubstr("* LIST (\\HasNoChildren) \"/\" \"Done/2026\"\r\n")));
  EXPECT_THAT(say("e LSUB \"\" Done*"), StartsWith("e OK"));
  (void)say("f SUBSCRIBE Done/2026");
  EXPECT_THAT(say("g LSUB \"\" Done*"), HasSubstr("\"Done/2026\""));
  EXPECT_THAT(
      say("h LIST (SPECIAL-USE) \"\" * RETURN (STATUS (MESSAGES))"),
      AllOf(HasSubstr("\\Sent) \"/\" \"Sent\"\r\n* STATUS \"Sent\" (MESSAGES 0)\r\n"), Not(HasSubstr("INBOX"))));
  EXPECT_THAT(say("i RENAME Done Archive"), StartsWith("i OK"));
  EXPECT_THAT(say("j DELETE Archive/2026"), StartsWith("j OK"));
  EXPECT_THAT(say("k DELETE INBOX"), StartsWith("k NO"));
  EXPECT_THAT(say("l SUBSCRIBE nowhere"), StartsWith("l NO [NONEXISTENT]"));
}

TEST_F(generic_session, may_delete_the_folder_it_has_open) {
  (void)sign_in();
  (void)say("b CREATE Done");
  (void)say("c SELECT Done");
  collected other_sink;
  imap_session other{services, other_sink};
  other.receive("a LOGIN support@contoso.test correct-horse\r\nb SELECT Done\r\n");
  (void)other_sink.take();
  EXPECT_THAT(say("d DELETE Done"), StartsWith("d OK"));
  EXPECT_THAT(say("e FETCH 1 FLAGS"), StartsWith("e BAD"));
  EXPECT_THAT(other_sink.all, StartsWith("* BYE "));
}

TEST_F(generic_session, says_that_it_is_still_here) {
  open_inbox();
  (void)say("b IDLE");
  for (int i = 0; i < 60; ++i) {
    time.advance(2min);
    session.tick();
    EXPECT_EQ(sink.take(), "* OK Still here\r\n");
    session.tick();
    EXPECT_EQ(sink.take(), "");
  }
  EXPECT_THAT(say("DONE"), StartsWith("b OK"));
}

TEST_F(generic_session, refuses_numbers_beyond_the_last_mail) {
  add();
  open_inbox();
  EXPECT_THAT(say("b FETCH 2 FLAGS"), StartsWith("b BAD"));
  EXPECT_THAT(say("c UID FETCH 2 FLAGS"), StartsWith("c OK"));
  EXPECT_THAT(say("d FETCH * FLAGS"), HasSubstr("d OK"));
}

} // namespace
} // namespace postroom::sim
