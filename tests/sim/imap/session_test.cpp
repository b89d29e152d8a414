#include "tests/sim/imap/imap_fixture.hpp"

namespace postroom::sim {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// With the manners of Exchange.
class imap_session_test : public imap_client, public testing::Test {};

TEST_F(imap_session_test, greets_and_lists_capabilities_as_exchange_does) {
  session.greet();
  EXPECT_THAT(sink.take(), StartsWith("* OK The Microsoft Exchange IMAP4 service is ready. ["));
  const auto before = say("1 CAPABILITY");
  EXPECT_THAT(before, AllOf(HasSubstr("AUTH=XOAUTH2 SASL-IR"), Not(HasSubstr("MOVE")),
                            EndsWith("1 OK CAPABILITY completed.\r\n")));
  EXPECT_EQ(sign_in(), "a OK AUTHENTICATE completed.\r\n");
  EXPECT_THAT(say("2 CAPABILITY"), HasSubstr(" UIDPLUS MOVE "));
}

TEST_F(imap_session_test, takes_xoauth2_after_a_continuation) {
  EXPECT_EQ(say("a AUTHENTICATE XOAUTH2"), "+ \r\n");
  EXPECT_EQ(say(xoauth2(shared, token(delegate))), "a OK AUTHENTICATE completed.\r\n");
  EXPECT_EQ(stats.logins, 1U);
}

TEST_F(imap_session_test, refuses_bad_tokens_and_passwords) {
  EXPECT_EQ(say("a AUTHENTICATE XOAUTH2 " + xoauth2(shared, "junk")), "a NO AUTHENTICATE failed.\r\n");
  EXPECT_EQ(say("a AUTHENTICATE XOAUTH2 !!!"), "a NO AUTHENTICATE failed.\r\n");
  EXPECT_EQ(
      say("a AUTHENTICATE XOAUTH2 " + xoauth2(shared, token(delegate, "Mail.Read", "https://graph.microsoft.com"))),
      "a NO AUTHENTICATE failed.\r\n");
  const auto old = token(delegate);
  time.advance(2h);
  EXPECT_EQ(say("a AUTHENTICATE XOAUTH2 " + xoauth2(shared, old)), "a NO AUTHENTICATE failed.\r\n");
  EXPECT_EQ(say("b LOGIN u p"), "b NO LOGIN failed.\r\n");
  EXPECT_EQ(stats.logins_refused, 5U);
  EXPECT_EQ(stats.logins, 0U);
}

TEST_F(imap_session_test, is_authenticated_but_not_connected_without_a_right) {
  EXPECT_EQ(say("a AUTHENTICATE XOAUTH2 " + xoauth2(shared, token(colleague))), "a OK AUTHENTICATE completed.\r\n");
  EXPECT_EQ(say("b SELECT INBOX"), "b BAD User is authenticated but not connected.\r\n* BYE Connection closed. 14\r\n");
  EXPECT_TRUE(sink.finished);
}

TEST_F(imap_session_test, answers_what_it_does_not_know_with_bad) {
  EXPECT_EQ(say("a FROBNICATE"), "a BAD Command Error. 12\r\n");
  EXPECT_EQ(say(""), "* BAD Command Error. 12\r\n");
  EXPECT_EQ(say("a UID NOOP"), "a BAD Command Error. 12\r\n");
  EXPECT_EQ(say("a SELECT INBOX"), "a BAD Command received in Invalid state.\r\n");
  (void)sign_in();
  EXPECT_EQ(say("a UID FETCH 1:* FLAGS"), "a BAD Command received in Invalid state.\r\n");
  (void)say("a SELECT INBOX");
  EXPECT_EQ(say("a UID FETCH x FLAGS"), "a BAD Command Argument Error. 11\r\n");
  EXPECT_EQ(say("a UID FETCH 1 NONSENSE"), "a BAD Command Argument Error. 11\r\n");
}

TEST_F(imap_session_test, ends_over_long_lines) {
  session.receive(std::string(11'000, 'x'));
  EXPECT_THAT(sink.take(), HasSubstr("BAD Command Error. 10"));
  EXPECT_TRUE(sink.finished);
}

TEST_F(imap_session_test, selects_lists_and_counts) {
  add();
  (void)sign_in();
  const auto selected = say("a SELECT inbox");
  EXPECT_THAT(selected, AllOf(StartsWith("* 1 EXISTS\r\n"), HasSubstr("[UIDVALIDITY 14]"), HasSubstr("[UIDNEXT 2]"),
                              EndsWith("a OK [READ-WRITE] SELECT completed.\r\n")));
  EXPECT_THAT(say("b EXAMINE \"Sent Items\""),
              AllOf(StartsWith("* 0 EXISTS"), EndsWith("b OK [READ-ONLY] EXAMINE completed.\r\n")));
  EXPECT_THAT(say("c SELECT nowhere"), StartsWith("c NO "));
  EXPECT_THAT(say("d LIST \"\" *"), AllOf(HasSubstr("* LIST (\\HasNoChildren) \"/\" INBOX\r\n"),
                                          HasSubstr("* LIST (\\HasNoChildren) \"/\" \"Sent Items\"\r\n")));
  EXPECT_EQ(say("e STATUS INBOX (MESSAGES UIDNEXT UNSEEN)"),
            "* STATUS \"INBOX\" (MESSAGES 1 UIDNEXT 2 UNSEEN 1)\r\ne OK STATUS completed.\r\n");
  EXPECT_EQ(say("f NAMESPACE"), "* NAMESPACE ((\"\" \"/\")) NIL NIL\r\nf OK NAMESPACE completed.\r\n");
}

TEST_F(imap_session_test, fetches_by_uid) {
  add();
  (void)sign_in();
  (void)say("a SELECT INBOX");
  EXPECT_EQ(say("b UID FETCH 1:* (UID FLAGS INTERNALDATE BODY.PEEK[])"),
            "* 1 FETCH (UID 1 FLAGS () INTERNALDATE \"24-Nov-2026 00:00:00 +0000\" BODY[] {" +
                std::to_string(raw.size()) + "}\r\n" + raw + ")\r\nb OK FETCH completed.\r\n");
  EXPECT_THAT(say("c FETCH 1 BODY[HEADER.FIELDS (subject)]"),
              AllOf(HasSubstr("{22}\r\nSubject: one\r\n two\r\n\r\n"), HasSubstr("FLAGS (\\Seen)")));
  EXPECT_THAT(say("d UID FETCH 1 (BODY.PEEK[TEXT]<1.3>)"), HasSubstr("BODY[TEXT]<1> {3}\r\nody"));
  EXPECT_THAT(say("e UID FETCH 1 RFC822.SIZE"), Not(HasSubstr("RFC822.SIZE " + std::to_string(raw.size()) + ")")));
  // `*` is the highest there is, even when the set begins beyond it (RFC 3501 §6.4.8).
  EXPECT_THAT(say("f UID FETCH 7:* (FLAGS)"), StartsWith("* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n"));
}

TEST_F(imap_session_test, searches) {
  add();
  add("Subject: other\r\nMessage-ID: <m2@example.test>\r\n\r\n");
  (void)sign_in();
  (void)say("a SELECT INBOX");
  (void)say("a UID STORE 1 +FLAGS.SILENT (\\Seen)");
  EXPECT_EQ(say("b UID SEARCH UID 2:9"), "* SEARCH 2\r\nb OK SEARCH completed.\r\n");
  EXPECT_EQ(say("c UID SEARCH ALL"), "* SEARCH 1 2\r\nc OK SEARCH completed.\r\n");
  EXPECT_EQ(say("d UID SEARCH UNSEEN SINCE 24-Nov-2026"), "* SEARCH 2\r\nd OK SEARCH completed.\r\n");
  EXPECT_EQ(say("e UID SEARCH SINCE 25-Nov-2026"), "* SEARCH\r\ne OK SEARCH completed.\r\n");
  EXPECT_EQ(say("f UID SEARCH HEADER Message-ID <m2@example.test>"), "* SEARCH 2\r\nf OK SEARCH completed.\r\n");
  EXPECT_THAT(say("g UID SEARCH FUZZY x"), StartsWith("g BAD"));
}

TEST_F(imap_session_test, pushes_into_idle) {
  (void)sign_in();
  (void)say("a SELECT INBOX");
  EXPECT_EQ(say("b IDLE"), "+ IDLE accepted, awaiting DONE command.\r\n");
  EXPECT_TRUE(session.idling());
  add();
  EXPECT_EQ(sink.take(), "* 1 EXISTS\r\n* 1 RECENT\r\n");
  inbox().set_flags(1, seen);
  EXPECT_EQ(sink.take(), "* 1 FETCH (FLAGS (\\Seen))\r\n");
  add();
  (void)sink.take();
  inbox().expunge(1);
  EXPECT_EQ(sink.take(), "* 1 EXPUNGE\r\n");
  EXPECT_EQ(say("DONE"), "b OK IDLE completed.\r\n");
  add();
  EXPECT_EQ(sink.take(), "");
  EXPECT_EQ(say("c NOOP"), "* 2 EXISTS\r\n* 1 RECENT\r\nc OK NOOP completed.\r\n");
}

TEST_F(imap_session_test, keeps_sequence_numbers_under_plain_fetch) {
  add();
  add();
  (void)sign_in();
  (void)say("a SELECT INBOX");
  inbox().expunge(1);
  EXPECT_EQ(say("b FETCH 2 UID"), "* 2 FETCH (UID 2)\r\nb OK FETCH completed.\r\n");
  EXPECT_EQ(say("c FETCH 1 UID"), "c NO Some of the requested messages no longer exist.\r\n");
  EXPECT_EQ(say("d NOOP"), "* 1 EXPUNGE\r\nd OK NOOP completed.\r\n");
}

TEST_F(imap_session_test, stores_moves_and_expunges) {
  for (int i = 0; i < 4; ++i)
    add();
  (void)sign_in();
  (void)say("a SELECT INBOX");
  EXPECT_EQ(say("b UID STORE 2 +FLAGS (\\Deleted)"),
            "* 2 FETCH (UID 2 FLAGS (\\Deleted))\r\nb OK STORE completed.\r\n");
  EXPECT_EQ(say("c UID EXPUNGE 1:4"), "* 2 EXPUNGE\r\nc OK EXPUNGE completed.\r\n");
  EXPECT_EQ(say("d UID MOVE 3:4 \"Deleted Items\""),
            "* OK [COPYUID 14 3:4 1:2] Moved UIDs.\r\n* 2 EXPUNGE\r\n* 2 EXPUNGE\r\nd OK MOVE completed.\r\n");
  EXPECT_EQ(inbox().mails().size(), 1U);
  EXPECT_EQ(mail.find(shared)->find("deleted items")->mails().size(), 2U);
}

TEST_F(imap_session_test, appends_a_literal) {
  (void)sign_in();
  EXPECT_EQ(say("a APPEND \"Sent Items\" (\\Seen) \"01-Feb-2026 10:00:00 +0100\" {" + std::to_string(raw.size()) + "}"),
            "+ Ready for additional command text.\r\n");
  EXPECT_EQ(say(raw), "a OK [APPENDUID 14 1] APPEND completed.\r\n");
  const auto& kept = mail.find(shared)->find("Sent Items")->mails().front();
  EXPECT_EQ(*kept.raw, raw);
  EXPECT_EQ(kept.flags, seen);
  EXPECT_EQ(internal_date_text(kept.received), "01-Feb-2026 09:00:00 +0000");
  EXPECT_EQ(say("b APPEND Drafts {3+}\r\nabc"), "b OK [APPENDUID 14 1] APPEND completed.\r\n");
}

TEST_F(imap_session_test, ends_when_the_token_expires) {
  (void)sign_in();
  (void)say("a SELECT INBOX");
  (void)say("b IDLE");
  time.advance(59min);
  session.tick();
  EXPECT_EQ(sink.take(), "* BYE Connection is closed. 13\r\n") << "silence for 30 minutes ends a session first";
}

TEST_F(imap_session_test, says_bye_at_token_expiry) {
  (void)sign_in();
  for (int i = 0; i < 3; ++i) {
    time.advance(19min);
    (void)say("n NOOP");
    session.tick();
    EXPECT_EQ(sink.take(), "");
  }
  time.advance(3min);
  session.tick();
  EXPECT_EQ(sink.take(), "* BYE Session invalidated - AccessTokenExpired\r\n");
  EXPECT_TRUE(sink.finished);
  EXPECT_EQ(say("n NOOP"), "");
}

TEST_F(imap_session_test, ends_when_uids_become_void) {
  add();
  (void)sign_in();
  (void)say("a SELECT INBOX");
  inbox().renumber();
  EXPECT_THAT(sink.take(), StartsWith("* BYE "));
  EXPECT_NE(inbox().uid_validity(), 14U);
}

TEST_F(imap_session_test, searches_for_one_key_or_another) {
  add();
  add("X-Microsoft-Original-Message-ID: <m2@example.test>\r\nMessage-ID: <other@example.test>\r\n\r\n");
  add("Message-ID: <m3@example.test>\r\n\r\n");
  (void)sign_in();
  (void)say("a EXAMINE INBOX");
  const auto either = [&](const std::string& id) {
    return say("b UID SEARCH OR HEADER Message-ID \"" + id + "\" HEADER X-Microsoft-Original-Message-ID \"" + id +
               "\"");
  };
  EXPECT_EQ(either("<m1@example.test>"), "* SEARCH 1\r\nb OK SEARCH completed.\r\n");
  EXPECT_EQ(either("<m2@example.test>"), "* SEARCH 2\r\nb OK SEARCH completed.\r\n");
  EXPECT_EQ(either("<m4@example.test>"), "* SEARCH\r\nb OK SEARCH completed.\r\n");
  EXPECT_EQ(say("c UID SEARCH OR UID 1 OR UID 2 UID 3 UNSEEN"), "* SEARCH 1 2 3\r\nc OK SEARCH completed.\r\n");
  std::string deep = "d UID SEARCH ";
  for (int i = 0; i < 1000; ++i)
    deep += "OR ";
  EXPECT_THAT(say(deep + "ALL"), StartsWith("d BAD "));
  EXPECT_THAT(say("e UID SEARCH OR ALL"), StartsWith("e BAD "));
}

TEST_F(imap_session_test, survives_bytes_one_by_one) {
  for (const char c : std::string{"a CAPABILITY\r\nb NOOP\r\n"})
    session.receive({&c, 1});
  EXPECT_THAT(sink.take(), EndsWith("a OK CAPABILITY completed.\r\nb OK NOOP completed.\r\n"));
}

TEST_F(imap_session_test, tells_of_empty_sets_when_nothing_is_copied) {
  add();
  open_inbox();
  EXPECT_EQ(say("b UID COPY 7 Drafts"), "* OK [COPYUID 14  ]\r\nb OK COPY completed.\r\n");
  services.quirks.empty_copy_uid = false;
  EXPECT_EQ(say("c UID MOVE 7 Drafts"), "c OK MOVE completed.\r\n");
  services.quirks.bare_copy_uid = true;
  EXPECT_EQ(say("d UID MOVE 1 Drafts"), "[COPYUID 14 1 1]\r\n* 1 EXPUNGE\r\nd OK MOVE completed.\r\n");
  services.quirks.stray_continuations = true;
  EXPECT_EQ(say("e NOOP"), "+ \r\ne OK NOOP completed.\r\n");
}

TEST_F(imap_session_test, knows_one_charset_and_no_groups) {
  open_inbox();
  EXPECT_THAT(say("b UID SEARCH CHARSET UTF-8 ALL"), StartsWith("b NO [BADCHARSET (US-ASCII)]"));
  EXPECT_THAT(say("c UID SEARCH CHARSET US-ASCII ALL"), EndsWith("c OK SEARCH completed.\r\n"));
  EXPECT_THAT(say("d UID SEARCH (ALL)"), StartsWith("d BAD Command Argument Error. 11"));
  EXPECT_THAT(say("e UID SEARCH RETURN (COUNT) ALL"), StartsWith("e BAD "));
}

TEST_F(imap_session_test, has_none_of_the_extensions) {
  add();
  open_inbox();
  for (const auto* command : {"ENABLE CONDSTORE", "SELECT INBOX (CONDSTORE)", "STATUS INBOX (HIGHESTMODSEQ)",
                              "LIST (SUBSCRIBED) \"\" *", "COMPRESS DEFLATE"})
    EXPECT_THAT(say("b " + std::string{command}), StartsWith("b BAD ")) << command;
  (void)say("c SELECT INBOX");
  for (const auto* command : {"FETCH 1 (MODSEQ)", "FETCH 1 (FLAGS) (CHANGEDSINCE 1)", "FETCH 1 (X-GM-MSGID)",
                              "STORE 1 (UNCHANGEDSINCE 1) FLAGS ()", "STORE 1 +X-GM-LABELS (a)", "SEARCH MODSEQ 1"})
    EXPECT_THAT(say("d " + std::string{command}), StartsWith("d BAD ")) << command;
}

TEST_F(imap_session_test, keeps_no_keywords) {
  add();
  (void)sign_in();
  EXPECT_THAT(say("b SELECT INBOX"),
              HasSubstr("[PERMANENTFLAGS (\\Seen \\Answered \\Flagged \\Deleted \\Draft $MDNSent)]"));
  EXPECT_EQ(say("c STORE 1 +FLAGS (\\Seen $Forwarded \\Nonsense $MDNSent)"),
            "* 1 FETCH (FLAGS (\\Seen $MDNSent))\r\nc OK STORE completed.\r\n");
}

TEST_F(imap_session_test, tells_news_before_it_listens) {
  open_inbox();
  add();
  EXPECT_EQ(say("b IDLE"), "* 1 EXISTS\r\n* 1 RECENT\r\n+ IDLE accepted, awaiting DONE command.\r\n");
}

TEST_F(imap_session_test, makes_and_removes_folders) {
  (void)sign_in();
  EXPECT_EQ(say("b CREATE Done"), "b OK CREATE completed.\r\n");
  EXPECT_THAT(say("c RENAME Done Finished"), StartsWith("c OK"));
  EXPECT_THAT(say("d LIST \"\" Fin*"), HasSubstr("\"Finished\""));
  EXPECT_THAT(say("e DELETE Finished"), StartsWith("e OK"));
  EXPECT_THAT(say("f DELETE \"Sent Items\""), StartsWith("f NO"));
}

TEST_F(imap_session_test, takes_no_more_than_fits) {
  (void)sign_in();
  mail.find(shared)->appended_octets = std::size_t{1} << 30U;
  EXPECT_THAT(say("b APPEND INBOX {1+}\r\nx"), StartsWith("b NO "));
}

} // namespace
} // namespace postroom::sim
