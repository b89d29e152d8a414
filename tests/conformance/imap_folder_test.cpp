#include "tests/conformance/imap_fixture.hpp"
#include "tests/conformance/sample_mails.hpp"

/// Login, states, folders.
namespace postroom::test {
namespace {

using imap_folders = imap_conformance;

TEST_P(imap_folders, capabilities_and_states) {
  compare(imap_conversation{"states"}
              .say("NOOP")
              .say("SELECT INBOX")
              .say("NONSENSE")
              .sign_in()
              .say("CAPABILITY")
              .say("NOOP")
              .say("FETCH 1 FLAGS")
              .say("EXPUNGE")
              .say("CLOSE")
              .say("UNSELECT")
              .say("LOGIN a b")
              .say("UID NOOP")
              .say("UID")
              .say("NAMESPACE")
              .say("LOGOUT"));
}

TEST_P(imap_folders, lists) {
  compare(imap_conversation{"lists"}
              .sign_in()
              .say("LIST \"\" *")
              .say("LIST \"\" %")
              .say("LIST \"\" \"\"")
              .say("LIST \"\" INBOX")
              .say("LIST \"\" inbox")
              .say("LIST \"\" D*")
              .say("LIST \"\" $sent")
              .say("LIST \"\" nowhere")
              .say("LSUB \"\" *")
              .say("LIST")
              .say("LIST \"\""));
}

TEST_P(imap_folders, select_and_leave) {
  compare(imap_conversation{"select"}
              .sign_in()
              .fill(small_mails(3))
              .say("SELECT INBOX")
              .say("SELECT inbox")
              .say("EXAMINE InBox")
              .say("STORE 1 +FLAGS (\\Seen)")
              .say("UNSELECT")
              .say("FETCH 1 FLAGS")
              .say("SELECT nowhere")
              .say("SELECT $sent")
              .say("SELECT nowhere")
              .say("FETCH 1 FLAGS")
              .say("SELECT")
              .say("SELECT \"unclosed"));
}

TEST_P(imap_folders, close_expunges_and_unselect_does_not) {
  compare(imap_conversation{"close"}
              .open_inbox()
              .fill(small_mails(4))
              .say("NOOP")
              .say("STORE 1 +FLAGS (\\Deleted)")
              .say("UNSELECT")
              .say("SELECT INBOX")
              .say("CLOSE")
              .say("STATUS INBOX (MESSAGES)")
              .say("SELECT INBOX")
              .say("STORE 1 +FLAGS (\\Deleted)")
              .say("EXAMINE INBOX")
              .say("CLOSE")
              .say("STATUS INBOX (MESSAGES UIDNEXT)"));
}

TEST_P(imap_folders, status) {
  compare(imap_conversation{"status"}
              .sign_in()
              .fill(small_mails(3))
              .say("STATUS INBOX (MESSAGES UIDNEXT UIDVALIDITY UNSEEN RECENT)")
              .say("STATUS $sent (MESSAGES)")
              .say("STATUS nowhere (MESSAGES)")
              .say("STATUS INBOX (NONSENSE)")
              .say("STATUS INBOX")
              .say("STATUS INBOX MESSAGES"));
}

TEST_P(imap_folders, append) {
  compare(imap_conversation{"append"}
              .open_inbox()
              .append("INBOX", "Subject: one\r\n\r\nbody\r\n")
              .append("INBOX (\\Seen \\Flagged)", "Subject: two\r\n\r\nbody\r\n", true)
              .append("INBOX () \"24-Nov-2026 10:11:12 +0200\"", "Subject: six\r\n\r\nbody\r\n")
              .append("INBOX \" 4-Nov-2026 10:11:12 -0530\"", "Subject: ten\r\n\r\nbody\r\n")
              .append("$sent", "Subject: one\r\n\r\nbody\r\n")
              .append("nowhere", "Subject: one\r\n\r\nbody\r\n")
              .say("NOOP")
              .say("FETCH 1:* (UID FLAGS BODY.PEEK[])")
              .say("APPEND INBOX \"nonsense\" {4}\r\n\r\n\r\n")
              .say("APPEND INBOX")
              .say("STATUS $sent (MESSAGES UIDNEXT)"));
}

TEST_P(imap_folders, literals_and_pipelines) {
  compare(imap_conversation{"literals"}
              .sign_in()
              .fill(small_mails(2))
              .say("SELECT {5}\r\nINBOX")
              .say("STATUS {6+}\r\nDrafts (MESSAGES)")
              .say("STATUS {6}\r\nDrafts (MESSAGES)")
              .say("LIST {0+}\r\n {1+}\r\n*")
              .say_at_once({"NOOP", "SELECT INBOX", "FETCH 1:* UID", "NOOP"})
              .say_at_once({"STORE 1 +FLAGS (\\Flagged)", "FETCH 1 FLAGS", "FETCH 2 BODY.PEEK[]"}));
}

INSTANTIATE_TEST_SUITE_P(conformance, imap_folders, compared_manners(), name_of_manners);

class imap_folder_changes : public imap_conformance {};

TEST_P(imap_folder_changes, create_rename_delete) {
  compare(imap_conversation{"create"}
              .sign_in()
              .say("CREATE Done")
              .say("CREATE Done")
              .say("CREATE INBOX")
              .say("CREATE Archive/2026/11")
              .say("LIST \"\" Archive*")
              .say("LIST \"\" Archive/%")
              .say("SUBSCRIBE Done")
              .say("LSUB \"\" Done")
              .say("UNSUBSCRIBE Done")
              .append("Done", "Subject: one\r\n\r\nbody\r\n")
              .say("RENAME Done Finished")
              .say("STATUS Finished (MESSAGES UIDNEXT)")
              .say("STATUS Done (MESSAGES)")
              .say("RENAME nowhere Elsewhere")
              .say("RENAME Archive Old")
              .say("LIST \"\" Old*")
              .say("DELETE Finished")
              .say("DELETE Finished")
              .say("DELETE INBOX")
              .say("LIST \"\" *"));
}

TEST_P(imap_folder_changes, enable) {
  compare(imap_conversation{"enable"}.sign_in().say("ENABLE CONDSTORE").say("ENABLE QRESYNC NONSENSE").say("ENABLE"));
}

TEST_P(imap_folder_changes, list_with_special_use) {
  compare(imap_conversation{"special use"}
              .sign_in()
              .say("LIST (SPECIAL-USE) \"\" *")
              .say("LIST \"\" * RETURN (SPECIAL-USE)")
              .say("LIST \"\" (INBOX Drafts)")
              .say("LIST \"\" $sent RETURN (STATUS (MESSAGES UIDNEXT))"));
}

INSTANTIATE_TEST_SUITE_P(conformance, imap_folder_changes, generic_manners(), name_of_manners);

} // namespace
} // namespace postroom::test
