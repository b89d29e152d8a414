#include "tests/conformance/imap_fixture.hpp"
#include "tests/conformance/sample_mails.hpp"

/// STORE, EXPUNGE, COPY, MOVE, SEARCH, IDLE.
namespace postroom::test {
namespace {

using imap_messages = imap_conformance;

TEST_P(imap_messages, store) {
  compare(imap_conversation{"store"}
              .open_inbox()
              .fill(small_mails(4))
              .say("NOOP")
              .say("STORE 1 +FLAGS (\\Seen \\Flagged)")
              .say("STORE 1 -FLAGS \\Seen")
              .say("STORE 1:2 FLAGS (\\Answered)")
              .say("STORE 2 FLAGS ()")
              .say("STORE 3 +FLAGS.SILENT (\\Draft)")
              .say("STORE 3 -FLAGS.SILENT \\Draft")
              .say("UID STORE 4 +FLAGS (\\Deleted)")
              .say("UID STORE 99 +FLAGS (\\Deleted)")
              .say("FETCH 1:* FLAGS")
              .say("STORE 1 NONSENSE (\\Seen)")
              .say("STORE 1 +FLAGS")
              .say("STORE x +FLAGS (\\Seen)")
              .say("STORE 1 +FLAGS (\\Nonsense)")
              .say("STORE 1 +FLAGS (\\Recent)"));
}

TEST_P(imap_messages, expunge) {
  compare(imap_conversation{"expunge"}
              .open_inbox()
              .fill(small_mails(8))
              .say("NOOP")
              .say("STORE 2,3,5,8 +FLAGS.SILENT (\\Deleted)")
              .say("UID EXPUNGE 1:3")
              .say("FETCH 1:* UID")
              .say("EXPUNGE")
              .say("FETCH 1:* UID")
              .say("EXPUNGE")
              .say("UID EXPUNGE x")
              .say("UID EXPUNGE")
              .say("STATUS INBOX (UIDNEXT)"));
}

TEST_P(imap_messages, copy_and_move) {
  compare(imap_conversation{"copy and move"}
              .open_inbox()
              .fill(small_mails(6))
              .say("NOOP")
              .say("STORE 2 +FLAGS.SILENT (\\Flagged)")
              .say("COPY 1:2 $sent")
              .say("UID COPY 4 Drafts")
              .say("UID COPY 99 Drafts")
              .say("COPY 1 nowhere")
              .say("COPY 1")
              .say("MOVE 1 nowhere")
              .say("UID MOVE 5 $sent")
              .say("UID MOVE 99 Drafts")
              .say("FETCH 1:* UID")
              .say("MOVE 1:2 Drafts")
              .say("FETCH 1:* UID")
              .say("COPY 1 INBOX")
              .say("SELECT $sent")
              .say("FETCH 1:* (UID FLAGS BODY.PEEK[HEADER.FIELDS (Subject)])")
              .say("SELECT Drafts")
              .say("FETCH 1:* (UID FLAGS BODY.PEEK[HEADER.FIELDS (Subject)])"));
}

TEST_P(imap_messages, searches_that_every_face_knows) {
  imap_conversation said{"search"};
  said.open_inbox().fill(small_mails(6)).say("NOOP").say("STORE 2,5 +FLAGS.SILENT (\\Seen)");
  said.say("STORE 3 +FLAGS.SILENT (\\Flagged \\Deleted)");
  for (const auto* keys : {"ALL",
                           "UNSEEN",
                           "SEEN",
                           "FLAGGED",
                           "UNFLAGGED",
                           "DELETED",
                           "UNDELETED",
                           "ANSWERED",
                           "UNANSWERED",
                           "DRAFT",
                           "UNDRAFT",
                           "2:4",
                           "*",
                           "UID 3:*",
                           "UID 99",
                           "UNSEEN UNFLAGGED",
                           "OR SEEN FLAGGED",
                           "OR 1 OR 2 3",
                           "HEADER Message-ID <4@example.test>",
                           "HEADER Message-ID \"\"",
                           "HEADER X-None \"\"",
                           "SINCE 24-Nov-2026",
                           "BEFORE 24-Nov-2026",
                           "ON 24-Nov-2026",
                           "SINCE 25-Nov-2026",
                           "SINCE \"1-Jan-2026\"",
                           "CHARSET US-ASCII ALL"})
    said.say("SEARCH " + std::string{keys}).say("UID SEARCH " + std::string{keys});
  for (const auto* wrong : {"SEARCH", "SEARCH NONSENSE", "SEARCH HEADER", "SEARCH OR SEEN", "SEARCH SINCE nonsense",
                            "SEARCH CHARSET X-NONSENSE ALL"})
    said.say(wrong);
  compare(said);
}

TEST_P(imap_messages, idle_tells_what_another_session_does) {
  compare(imap_conversation{"idle"}
              .open_inbox()
              .fill(small_mails(3))
              .say("NOOP")
              .client(1)
              .open_inbox()
              .client(0)
              .idle()
              .client(1)
              .append("INBOX", "Subject: one\r\n\r\nbody\r\n")
              .client(0)
              .pushed("EXISTS")
              .client(1)
              .say("STORE 2 +FLAGS (\\Flagged)")
              .client(0)
              .pushed("FETCH")
              .client(1)
              .say("STORE 1 +FLAGS.SILENT (\\Deleted)")
              .say("EXPUNGE")
              .client(0)
              .pushed("EXPUNGE")
              .done()
              .say("FETCH 1:* (UID FLAGS)"));
}

TEST_P(imap_messages, noop_tells_what_another_session_did) {
  compare(imap_conversation{"noop"}
              .open_inbox()
              .fill(small_mails(4))
              .say("NOOP")
              .client(1)
              .open_inbox()
              .say("STORE 2 +FLAGS.SILENT (\\Flagged)")
              .say("STORE 1,3 +FLAGS.SILENT (\\Deleted)")
              .say("EXPUNGE")
              .append("INBOX", "Subject: one\r\n\r\nbody\r\n")
              .client(0)
              .say("NOOP")
              .say("FETCH 1:* (UID FLAGS)"));
}

INSTANTIATE_TEST_SUITE_P(conformance, imap_messages, compared_manners(), name_of_manners);

class imap_extensions : public imap_conformance {};

TEST_P(imap_extensions, keywords) {
  compare(imap_conversation{"keywords"}
              .open_inbox()
              .fill(small_mails(3))
              .say("NOOP")
              .say("STORE 1 +FLAGS ($Forwarded done)")
              .say("STORE 1 -FLAGS (done)")
              .say("FETCH 1 FLAGS")
              .say("SEARCH KEYWORD $Forwarded")
              .say("SEARCH UNKEYWORD $Forwarded")
              .append("INBOX (done)", "Subject: one\r\n\r\nbody\r\n")
              .say("FETCH 1:* FLAGS"));
}

TEST_P(imap_extensions, searches_in_texts) {
  imap_conversation said{"search in texts"};
  said.open_inbox().fill(sample_mails()).say("NOOP");
  for (const auto* keys : {"SUBJECT plain",
                           "SUBJECT \"folded subject\"",
                           "FROM anna",
                           "TO support",
                           "CC carla",
                           "BCC x",
                           "BODY printer",
                           "TEXT printer",
                           "LARGER 500",
                           "SMALLER 100",
                           "SENTSINCE 24-Nov-2026",
                           "SENTON 24-Nov-2026",
                           "SENTBEFORE 24-Nov-2026",
                           "NOT SEEN",
                           "NOT (SUBJECT plain)",
                           "(SUBJECT plain FROM anna)",
                           "NOT 1:3",
                           "OR (SUBJECT plain) (FROM bert)",
                           "HEADER References some-long",
                           "SUBJECT {5+}\r\nplain"})
    said.say("SEARCH " + std::string{keys});
  compare(said);
}

TEST_P(imap_extensions, esearch) {
  compare(imap_conversation{"esearch"}
              .open_inbox()
              .fill(small_mails(5))
              .say("NOOP")
              .say("SEARCH RETURN (MIN MAX COUNT) ALL")
              .say("UID SEARCH RETURN (ALL) 2:4")
              .say("SEARCH RETURN () UNSEEN")
              .say("SEARCH RETURN (COUNT) DELETED")
              .say("SEARCH RETURN (ALL MIN) DELETED")
              .say("SEARCH RETURN (NONSENSE) ALL"));
}

TEST_P(imap_extensions, condstore) {
  compare(imap_conversation{"condstore"}
              .sign_in()
              .fill(small_mails(4))
              .say("SELECT INBOX (CONDSTORE)")
              .keep()
              .say("STORE 2 +FLAGS (\\Flagged)")
              .say("FETCH 1:* (FLAGS) (CHANGEDSINCE $kept)")
              .say("STORE 1:3 (UNCHANGEDSINCE $kept) +FLAGS (\\Seen)")
              .say("FETCH 1:* FLAGS")
              .say("UID STORE 4 (UNCHANGEDSINCE 0) +FLAGS.SILENT (\\Seen)")
              .say("FETCH 4 (FLAGS MODSEQ)")
              .say("SEARCH MODSEQ 1")
              .say("STATUS INBOX (MESSAGES HIGHESTMODSEQ)")
              .say("UID FETCH 1:* (UID) (CHANGEDSINCE $modseq)")
              .say("FETCH 1 FLAGS (CHANGEDSINCE x)"));
}

TEST_P(imap_extensions, qresync) {
  compare(imap_conversation{"qresync"}
              .sign_in()
              .fill(small_mails(6))
              .say("SELECT INBOX (QRESYNC (1 1))")
              .say("ENABLE QRESYNC")
              .say("SELECT INBOX")
              .keep()
              .say("STORE 2,5 +FLAGS.SILENT (\\Deleted)")
              .say("UID EXPUNGE 2,5")
              .say("STORE 1 +FLAGS (\\Flagged)")
              .append("INBOX", "Subject: one\r\n\r\nbody\r\n")
              .say("UNSELECT")
              .say("SELECT INBOX (QRESYNC ($uidvalidity $kept))")
              .say("SELECT INBOX (QRESYNC ($uidvalidity $kept 1:3))")
              .say("UID FETCH 1:* (FLAGS) (CHANGEDSINCE $kept VANISHED)")
              .say("SELECT INBOX (QRESYNC (12345 $kept))")
              .say("STORE 1 +FLAGS.SILENT (\\Deleted)")
              .say("EXPUNGE"));
}

INSTANTIATE_TEST_SUITE_P(conformance, imap_extensions, generic_manners(), name_of_manners);

} // namespace
} // namespace postroom::test
