#include "tests/protocol/imap/scripted_session.hpp"

#include <gtest/gtest.h>

/// Each command in a conversation of its own, with every kind of failure at every step (see check_script).
namespace postroom::imap::testing {

namespace {

TEST(imap_commands, list_folders) {
  check_script(ready_script(
      {
          owner_submits(list_command{"", "*"}),
          client_says("A1 LIST \"\" \"*\"\r\n"),
          server_says("* LIST (\\Marked \\HasNoChildren) \"/\" INBOX\r\n* LIST (\\HasChildren) \"/\" \"Gesendete "
                      "Elemente\"\r\n* LIST () \"/\" {8}\r\na\r\n(b)\r\n\r\nA1 OK LIST completed.\r\n"),
      },
      {"LIST (\\Marked \\HasNoChildren) / 'INBOX'", "LIST (\\HasChildren) / 'Gesendete Elemente'",
       "LIST () / 'a\r\n(b)\r\n'", "done 1 OK 'LIST completed.'"}));
}

TEST(imap_commands, examine_and_leave_a_folder) {
  check_script(ready_script(
      {
          owner_submits(select_command{"Gel&APY-schte Elemente", true}),
          owner_submits(unselect_command{}),
          client_says("A1 EXAMINE \"Gel&APY-schte Elemente\"\r\n"),
          server_says("* 2 EXISTS\r\n* 0 RECENT\r\n* OK [UIDNEXT 8] next\r\nA1 OK [READ-ONLY] done\r\n"),
          client_says("A2 UNSELECT\r\n"),
          server_says("A2 OK done\r\n"),
      },
      {"EXISTS 2", "RECENT 0", "* OK [UIDNEXT|8] 'next'", "done 1 OK [READ-ONLY|] 'done'", "done 2 OK 'done'"}));
}

TEST(imap_commands, ask_for_the_status_of_folders) {
  check_script(ready_script(
      {
          owner_submits(status_command{"Sent Items", {"UIDNEXT", "MESSAGES"}}),
          owner_submits(status_command{"nowhere", {"UIDNEXT"}}),
          client_says("A1 STATUS \"Sent Items\" (UIDNEXT MESSAGES)\r\nA2 STATUS nowhere (UIDNEXT)\r\n"),
          server_says("* STATUS \"Sent Items\" (MESSAGES 231 UIDNEXT 44292)\r\nA1 OK done\r\n"
                      "A2 NO [NONEXISTENT] nowhere doesn't exist.\r\n"),
      },
      {"STATUS 'Sent Items' MESSAGES=231 UIDNEXT=44292", "done 1 OK 'done'",
       "done 2 NO [NONEXISTENT|] 'nowhere doesn't exist.'"}));
}

TEST(imap_commands, store_flags) {
  using mode = uid_store_command::mode;
  check_script(ready_script(
      {
          owner_submits(uid_store_command{{"5,7:9"}, mode::add, false, {"\\Seen", "$MDNSent"}}),
          owner_submits(uid_store_command{{"5"}, mode::replace, true, {}}),
          client_says("A1 UID STORE 5,7:9 +FLAGS (\\Seen $MDNSent)\r\nA2 UID STORE 5 FLAGS.SILENT ()\r\n"),
          server_says("* 3 FETCH (FLAGS (\\Seen $MDNSent) UID 5)\r\nA1 OK done\r\nA2 OK done\r\n"),
      },
      {"FETCH 3 uid=5 flags=(\\Seen $MDNSent)", "done 1 OK 'done'", "done 2 OK 'done'"}));
}

TEST(imap_commands, move_messages) {
  check_script(ready_script(
      {
          owner_submits(uid_move_command{{"815"}, "Done"}),
          client_says("A1 UID MOVE 815 Done\r\n"),
          server_says("* OK [COPYUID 14 815 12]\r\n* 3 EXPUNGE\r\nA1 OK MOVE completed.\r\n"),
          owner_submits(uid_move_command{{"816"}, "Done"}),
          client_says("A2 UID MOVE 816 Done\r\n"),
          server_says("* OK [COPYUID 14  ]\r\nA2 OK MOVE completed.\r\n"),
      },
      {"* OK [COPYUID|14 815 12] ''", "EXPUNGE 3", "done 1 OK 'MOVE completed.'", "* OK ''",
       "done 2 OK 'MOVE completed.'"}));
}

TEST(imap_commands, search_by_all_that_exchange_answers_rightly) {
  check_script(ready_script(
      {
          owner_submits(uid_search_command{"SINCE 1-Nov-2026"}),
          owner_submits(uid_search_command{"UNSEEN"}),
          owner_submits(uid_search_command{"HEADER Message-ID <a@b>"}),
          client_says("A1 UID SEARCH SINCE 1-Nov-2026\r\nA2 UID SEARCH UNSEEN\r\n"
                      "A3 UID SEARCH HEADER Message-ID <a@b>\r\n"),
          server_says("* SEARCH 5 7\r\nA1 OK done\r\n* SEARCH\r\nA2 OK done\r\nA3 NO [BADCHARSET (US-ASCII)] no\r\n"),
      },
      {"SEARCH 5 7", "done 1 OK 'done'", "SEARCH", "done 2 OK 'done'", "done 3 NO [BADCHARSET|(US-ASCII)] 'no'"}));
}

TEST(imap_commands, fetch_what_is_left_of_a_range) {
  check_script(ready_script(
      {
          owner_submits(uid_fetch_command{{"5:7"}, {"UID", "BODY.PEEK[]"}}),
          client_says("A1 UID FETCH 5:7 (UID BODY.PEEK[])\r\n"),
          server_says("* 1 FETCH (BODY[] {2}\r\nab FLAGS () UID 5)\r\n* 9 FETCH (FLAGS (\\Seen))\r\n"
                      "A1 NO Some of the requested messages no longer exist\r\n"),
      },
      {"body of 1: 2", "FETCH 1 uid=5 flags=() body=2", "FETCH 9 flags=(\\Seen)",
       "done 1 NO 'Some of the requested messages no longer exist'"}));
}

TEST(imap_commands, append_small_messages_at_once) {
  check_script(ready_script(
      {
          owner_submits(append_command{"Sent", {"\\Seen"}, wall_time{}, "a\r\n"}),
          owner_submits(noop_command{}),
          client_says("A1 APPEND Sent (\\Seen) \"01-Jan-1970 00:00:00 +0000\" {3+}\r\na\r\n\r\nA2 NOOP\r\n"),
          server_says("* 4 EXISTS\r\nA1 OK [APPENDUID 14 7] done\r\nA2 OK done\r\n"),
      },
      {"EXISTS 4", "done 1 OK [APPENDUID|14 7] 'done'", "done 2 OK 'done'"}));
}

TEST(imap_commands, tell_and_ask_who_speaks) {
  check_script(ready_script(
      {
          owner_submits(id_command{{{"name", "Post\"room"}, {"version", "1"}}}),
          owner_submits(capability_command{}),
          client_says("A1 ID (\"name\" \"Post\\\"room\" \"version\" \"1\")\r\nA2 CAPABILITY\r\n"),
          server_says("* ID (\"name\" \"Microsoft.Exchange.Imap4.Imap4Server\" \"version\" \"15.20\")\r\nA1 OK ID "
                      "completed\r\n* CAPABILITY IMAP4rev1 MOVE\r\nA2 OK done\r\n"),
      },
      {"ID name=Microsoft.Exchange.Imap4.Imap4Server version=15.20", "done 1 OK 'ID completed'",
       "CAPABILITY IMAP4REV1 MOVE", "done 2 OK 'done'"}));
}

// Folder names beyond ASCII that are no modified UTF-7 go as literals, in the middle of a command, too.
TEST(imap_commands, wait_for_the_server_in_the_middle) {
  auto script = ready_script(
      {
          owner_submits(status_command{"\xC3\xBC", {"UIDNEXT"}}),
          owner_submits(noop_command{}),
          client_says("A1 STATUS {2}\r\n"),
          server_says("* 4 EXISTS\r\n+ Ready\r\n"),
          client_says("\xC3\xBC (UIDNEXT)\r\nA2 NOOP\r\n"),
          server_says("A1 BAD Command Argument Error. 11\r\nA2 OK done\r\n"),
      },
      {"EXISTS 4", "done 1 BAD 'Command Argument Error. 11'", "done 2 OK 'done'"});
  script.turns[2] = server_says("L1 OK [CAPABILITY IMAP4rev1] in\r\n");
  script.events[0] = "ready IMAP4REV1";
  check_script(script);
}

// In IMAP4rev2 mode Exchange refuses what works otherwise (MailKit issue 2016).
TEST(imap_commands, never_enable_anything_unasked) {
  auto script = ready_script({owner_submits(noop_command{}), client_says("A1 NOOP\r\n"), server_says("A1 OK x\r\n")},
                             {"done 1 OK 'x'"});
  script.turns[2] = server_says("L1 OK [CAPABILITY IMAP4rev1 MOVE ENABLE IMAP4rev2 UTF8=ACCEPT CONDSTORE] in\r\n");
  script.events[0] = "ready IMAP4REV1 MOVE ENABLE IMAP4REV2 UTF8=ACCEPT CONDSTORE";
  check_script(script);
}

} // namespace

} // namespace postroom::imap::testing
