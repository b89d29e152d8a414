#include "sim/identity/identity.hpp"
#include "sim/imap/session.hpp"
#include "tests/sim/identity/test_keys.hpp"

#include "base/encoding.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::sim {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string shared = "support@contoso.test";
const std::string delegate = "dora@contoso.test";
const std::string raw = "From: Anna <anna@example.test>\r\nSubject: one\r\n two\r\nMessage-ID: <m1@example.test>\r\n"
                        "\r\nbody\r\n";

class collected final : public answer_sink {
public:
  void text(std::string_view bytes) override { all += bytes; }
  void body(const mail_slice& slice) override { all += slice.raw->substr(slice.offset, slice.octets); }
  void finish() override { finished = true; }
  std::string take() { return std::exchange(all, {}); }
  std::string all;
  bool finished = false;
};

class imap_session_test : public testing::Test {
protected:
  imap_session_test() {
    mail.add(shared);
    mail.allow(delegate, shared);
  }
  std::string token(const std::string& upn, const std::string& scope = "https://outlook.office.com/.default") {
    const auto answer = entra.token_request("tenant", {{"client_id", "app"},
                                                       {"client_secret", "s3cret"},
                                                       {"grant_type", "refresh_token"},
                                                       {"scope", scope},
                                                       {"refresh_token", entra.sign_in(upn).expose()}});
    return boost::json::parse(answer.body).at("access_token").as_string().c_str();
  }
  static std::string xoauth2(const std::string& user, const std::string& token) {
    return base64_encode("user=" + user + "\1auth=Bearer " + token + "\1\1");
  }
  std::string say(const std::string& line) {
    session.receive(line + "\r\n");
    return sink.take();
  }
  std::string sign_in() { return say("a AUTHENTICATE XOAUTH2 " + xoauth2(shared, token(delegate))); }
  folder& inbox() { return mail.find(shared)->inbox(); }
  std::uint32_t add(const std::string& text = raw) {
    return inbox().add(std::make_shared<const std::string>(text), time.now());
  }

  manual_clock time{wall_time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 24}}};
  directory mail;
  access_tokens tokens{"https://issuer.test", time, test_keys()};
  identity entra{{"tenant", "app", secret<>{"s3cret"}, 1h}, tokens, time};
  stand_in_stats stats;
  imap_services services{mail, tokens, time, stats};
  collected sink;
  imap_session session{services, sink};
};

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
  EXPECT_EQ(say("a AUTHENTICATE XOAUTH2 " + xoauth2(shared, token(delegate, "https://graph.microsoft.com/Mail.Read"))),
            "a NO AUTHENTICATE failed.\r\n");
  const auto old = token(delegate);
  time.advance(2h);
  EXPECT_EQ(say("a AUTHENTICATE XOAUTH2 " + xoauth2(shared, old)), "a NO AUTHENTICATE failed.\r\n");
  EXPECT_EQ(say("b LOGIN u p"), "b NO LOGIN failed.\r\n");
  EXPECT_EQ(stats.logins_refused, 5U);
  EXPECT_EQ(stats.logins, 0U);
}

TEST_F(imap_session_test, is_authenticated_but_not_connected_without_a_right) {
  EXPECT_EQ(say("a AUTHENTICATE XOAUTH2 " + xoauth2(shared, token("mallory@contoso.test"))),
            "a OK AUTHENTICATE completed.\r\n");
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
  EXPECT_EQ(say("a UID FETCH 1 BODYSTRUCTURE"), "a BAD Command Argument Error. 11\r\n");
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
                                          HasSubstr("* LIST (\\HasNoChildren \\Sent) \"/\" \"Sent Items\"\r\n")));
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
  EXPECT_EQ(sink.take(), "* 1 FETCH (UID 1 FLAGS (\\Seen))\r\n");
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
            "* OK [COPYUID 14 3:4 1:2] \r\n* 2 EXPUNGE\r\n* 2 EXPUNGE\r\nd OK MOVE completed.\r\n");
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

} // namespace
} // namespace postroom::sim
