#include "tests/sim/imap/imap_fixture.hpp"

namespace postroom::sim {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class gmail_session : public imap_client, public testing::Test {
protected:
  gmail_session() : imap_client(service::google) {}
  std::string id_of(std::uint32_t uid) { return std::to_string(inbox().find(uid)->id); }
};

TEST_F(gmail_session, greets_and_lists_labels) {
  session.greet();
  EXPECT_THAT(sink.take(), StartsWith("* OK Gimap ready for requests from "));
  (void)sign_in();
  EXPECT_THAT(say("b LIST \"\" *"), AllOf(HasSubstr("* LIST (\\Noselect \\HasChildren) \"/\" \"[Gmail]\"\r\n"),
                                          HasSubstr("* LIST (\\HasNoChildren \\All) \"/\" \"[Gmail]/All Mail\"\r\n"),
                                          EndsWith("b OK (Success)\r\n")));
  EXPECT_THAT(say("c SELECT INBOX"), AllOf(HasSubstr("\\*)]"), HasSubstr("[HIGHESTMODSEQ "),
                                           EndsWith("c OK [READ-WRITE] INBOX selected. (Success)\r\n")));
  EXPECT_EQ(say("d IDLE"), "+ idling\r\n");
  EXPECT_EQ(say("DONE"), "d OK IDLE terminated (Success)\r\n");
}

TEST_F(gmail_session, tells_ids_and_labels) {
  add();
  open_inbox();
  EXPECT_EQ(say("b UID FETCH 1 (X-GM-MSGID X-GM-THRID X-GM-LABELS)"), "* 1 FETCH (UID 1 X-GM-MSGID " + id_of(1) +
                                                                          " X-GM-THRID " + id_of(1) +
                                                                          " X-GM-LABELS ())\r\nb OK Success\r\n");
  (void)say("c SELECT \"[Gmail]/All Mail\"");
  EXPECT_THAT(say("d UID FETCH 1 (X-GM-MSGID X-GM-LABELS)"),
              HasSubstr("X-GM-MSGID " + id_of(1) + " X-GM-LABELS (\\Inbox))"));
}

TEST_F(gmail_session, stores_labels) {
  add();
  open_inbox();
  EXPECT_THAT(say("b UID STORE 1 +X-GM-LABELS (\"To do\" \\Sent)"), HasSubstr("X-GM-LABELS (\\Sent \"To do\"))"));
  EXPECT_EQ(mail.find(shared)->find("To do")->mails().size(), 1U);
  EXPECT_THAT(say("c UID STORE 1 -X-GM-LABELS.SILENT (\"To do\")"), StartsWith("c OK"));
  EXPECT_TRUE(mail.find(shared)->find("To do")->mails().empty());
  EXPECT_THAT(say("d UID STORE 1 -X-GM-LABELS (\\Inbox)"), HasSubstr("* 1 EXPUNGE\r\nd OK"));
  EXPECT_EQ(mail.find(shared)->find("[Gmail]/All Mail")->mails().size(), 1U);
  EXPECT_THAT(say("e UID STORE 1 +X-GM-LABELS ()"), StartsWith("e BAD"));
}

TEST_F(gmail_session, searches_as_its_search_box_does) {
  add();
  add("Subject: other\r\nMessage-ID: <m2@example.test>\r\n\r\n");
  open_inbox();
  EXPECT_THAT(say("b UID SEARCH X-GM-RAW \"rfc822msgid:m2@example.test\""), StartsWith("* SEARCH 2\r\n"));
  EXPECT_THAT(say("c UID SEARCH X-GM-MSGID " + id_of(1)), StartsWith("* SEARCH 1\r\n"));
}

TEST_F(gmail_session, copying_puts_a_label_on_once) {
  add();
  open_inbox();
  (void)say("b CREATE Done");
  EXPECT_THAT(say("c UID COPY 1 Done"), HasSubstr("[COPYUID 15 1 1]"));
  EXPECT_THAT(say("d UID COPY 1 Done"), HasSubstr("[COPYUID 15 1 1]"));
  EXPECT_THAT(say("e UID MOVE 1 [Gmail]/Trash"), HasSubstr("* 1 EXPUNGE\r\ne OK"));
  EXPECT_TRUE(mail.find(shared)->find("[Gmail]/All Mail")->mails().empty());
}

TEST_F(gmail_session, has_no_qresync_and_does_not_compress) {
  (void)sign_in();
  EXPECT_EQ(say("b ENABLE QRESYNC CONDSTORE"), "* ENABLED CONDSTORE\r\nb OK (Success)\r\n");
  EXPECT_THAT(say("c SELECT INBOX (QRESYNC (14 1))"), StartsWith("c BAD"));
  EXPECT_THAT(say("d COMPRESS DEFLATE"), StartsWith("d NO"));
}

TEST_F(gmail_session, ends_with_the_token) {
  (void)sign_in();
  (void)say("b SELECT INBOX");
  for (int i = 0; i < 3; ++i) {
    time.advance(20min);
    session.tick();
    (void)say("n NOOP");
  }
  EXPECT_TRUE(sink.finished);
}

} // namespace
} // namespace postroom::sim
