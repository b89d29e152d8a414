#include "base/limits.hpp"
#include "tests/protocol/smtp/scripted_session.hpp"

#include <gtest/gtest.h>

namespace postroom::smtp::testing {

namespace {

using strings = std::vector<std::string>;

const strings modest{};
const strings modern{"SIZE 1000", "PIPELINING", "DSN", "CHUNKING", "8BITMIME", "SMTPUTF8"};
const std::string ready_modest = "ready mx.test";
const std::string ready_modern = "ready mx.test SIZE 1000 PIPELINING DSN CHUNKING 8BITMIME SMTPUTF8";

envelope chunked_mail() {
  auto what = mail_to();
  what.chunked = true;
  return what;
}

TEST(smtp_mail, goes_step_by_step_to_a_modest_server) {
  check_script(ready_script(modest,
                            {
                                owner_begins(mail_to({"b@y.test", "c@y.test", "d@y.test"})),
                                client_says("MAIL FROM:<a@x.test>\r\n"),
                                server_says("250 2.1.0 Sender OK\r\n"),
                                client_says("RCPT TO:<b@y.test>\r\n"),
                                server_says("250 2.1.5 Recipient OK\r\n"),
                                client_says("RCPT TO:<c@y.test>\r\n"),
                                server_says("550-5.1.1 no\r\n550 5.1.1 such user\r\n"),
                                client_says("RCPT TO:<d@y.test>\r\n"),
                                server_says("251 will forward\r\n"),
                                owner_begins_body(),
                                client_says("DATA\r\n"),
                                server_says("354 Start mail input; end with <CRLF>.<CRLF>\r\n"),
                                owner_feeds("Subject: x\r\n\r\n."),
                                client_says("Subject: x\r\n\r\n.."),
                                owner_feeds("hidden"),
                                owner_ends_body(),
                                client_says("hidden\r\n.\r\n"),
                                server_says("250 2.0.0 OK <id@x.test> [Hostname=H]\r\n"),
                                owner_quits(),
                                client_says("QUIT\r\n"),
                                server_says("221 2.0.0 bye\r\n"),
                            },
                            {ready_modest, "envelope from 250 to 250 550 251", "wanted",
                             "done message 250 2.0.0 OK <id@x.test> [Hostname=H]",
                             "closed cancelled: closed by us @sender [221]"}));
}

TEST(smtp_mail, is_pipelined_where_that_is_offered) {
  auto what = mail_to({"b@y.test", "c@y.test"});
  what.size = 900;
  what.eight_bit = true;
  what.envelope_id = "job=1";
  check_script(ready_script(modern,
                            {
                                owner_begins(what),
                                client_says("MAIL FROM:<a@x.test> SIZE=900 BODY=8BITMIME ENVID=job+3D1\r\n"
                                            "RCPT TO:<b@y.test>\r\nRCPT TO:<c@y.test>\r\n"),
                                server_says("250 ok\r\n250 ok\r\n450 4.2.1 later\r\n"),
                                owner_begins_body(),
                                client_says("DATA\r\n"),
                                server_says("354 go\r\n"),
                                owner_feeds("x\r\n"),
                                owner_ends_body(),
                                client_says("x\r\n.\r\n"),
                                server_says("250 ok\r\n"),
                                owner_begins(mail_to()),
                                client_says("MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\n"),
                                server_says("250 ok\r\n250 ok\r\n"),
                                owner_resets(),
                                client_says("RSET\r\n"),
                                server_says("250 ok\r\n"),
                            },
                            {ready_modern, "envelope from 250 to 250 450", "wanted", "done message 250 ok",
                             "envelope from 250 to 250", "reset"}));
}

TEST(smtp_mail, goes_in_chunks_where_that_is_offered) {
  check_script(ready_script(modern,
                            {
                                owner_begins(chunked_mail()),
                                client_says("MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\n"),
                                server_says("250 ok\r\n250 ok\r\n"),
                                owner_begins_body(),
                                owner_feeds(".\r\nx\r"),
                                client_says("BDAT 5\r\n.\r\nx\r"),
                                server_says("250 5 octets\r\n"),
                                owner_feeds("\n."),
                                owner_ends_body(),
                                client_says("BDAT 2\r\n\n.BDAT 2 LAST\r\n\r\n"),
                                server_says("250 2 octets\r\n250 2.0.0 OK\r\n"),
                            },
                            {ready_modern, "envelope from 250 to 250", "wanted", "done message 250 2.0.0 OK"}));
}

TEST(smtp_mail, in_chunks_ends_with_a_line_end) {
  const std::pair<strings, std::string> cases[] = {
      {{}, "BDAT 0 LAST\r\n"},
      {{"a\r\n"}, "BDAT 3\r\na\r\nBDAT 0 LAST\r\n"},
      {{"a\r", "\n"}, "BDAT 2\r\na\rBDAT 1\r\n\nBDAT 0 LAST\r\n"},
      {{"a\r"}, "BDAT 2\r\na\rBDAT 1 LAST\r\n\n"},
      {{"a\n"}, "BDAT 2\r\na\nBDAT 2 LAST\r\n\r\n"},
      {{"\n"}, "BDAT 1\r\n\nBDAT 2 LAST\r\n\r\n"},
      {{"a", ""}, "BDAT 1\r\naBDAT 2 LAST\r\n\r\n"},
  };
  for (const auto& [pieces, wire] : cases) {
    ready_session s{modern};
    s.listener.mail_open = true;
    ASSERT_TRUE(s.session.begin(chunked_mail()));
    (void)take_outgoing(s.session);
    feed(s.session, "250 ok\r\n250 ok\r\n");
    s.session.begin_body();
    for (const auto& piece : pieces)
      s.session.body(piece);
    s.session.end_body();
    EXPECT_EQ(take_outgoing(s.session), wire);
  }
}

TEST(smtp_mail, is_not_chunked_without_pipelining) {
  ready_session s{{"CHUNKING"}};
  s.listener.mail_open = true;
  ASSERT_TRUE(s.session.begin(chunked_mail()));
  (void)take_outgoing(s.session);
  feed(s.session, "250 ok\r\n");
  (void)take_outgoing(s.session);
  feed(s.session, "250 ok\r\n");
  s.session.begin_body();
  EXPECT_EQ(take_outgoing(s.session), "DATA\r\n");
}

TEST(smtp_mail, whose_chunk_is_refused_is_over_and_the_next_one_begins_clean) {
  check_script(ready_script(modern,
                            {
                                owner_begins(chunked_mail()),
                                client_says("MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\n"),
                                server_says("250 ok\r\n250 ok\r\n"),
                                owner_begins_body(),
                                owner_feeds("one"),
                                owner_feeds("two"),
                                client_says("BDAT 3\r\noneBDAT 3\r\ntwo"),
                                server_says("552 5.3.4 too large\r\n"),
                                owner_feeds("three"),
                                owner_ends_body(),
                                owner_begins(mail_to()),
                                client_says("RSET\r\n"),
                                server_says("503 no\r\n250 reset\r\n"),
                                client_says("MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\n"),
                                server_says("250 ok\r\n250 ok\r\n"),
                            },
                            {ready_modern, "envelope from 250 to 250", "wanted", "done message 552 5.3.4 too large",
                             "envelope from 250 to 250"}));
}

TEST(smtp_mail, whose_last_chunk_is_refused_is_over) {
  check_script(ready_script(modern,
                            {
                                owner_begins(chunked_mail()),
                                client_says("MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\n"),
                                server_says("250 ok\r\n250 ok\r\n"),
                                owner_begins_body(),
                                owner_feeds("one\r\n"),
                                owner_ends_body(),
                                client_says("BDAT 5\r\none\r\nBDAT 0 LAST\r\n"),
                                server_says("250 ok\r\n550 5.7.60 SMTP; no\r\n"),
                                client_says("RSET\r\n"),
                                server_says("250 ok\r\n"),
                            },
                            {ready_modern, "envelope from 250 to 250", "wanted", "done message 550 5.7.60 SMTP; no"}));
}

TEST(smtp_envelope, whose_sender_is_refused_waits_for_what_was_sent_ahead) {
  check_script(ready_script(modern,
                            {
                                owner_begins(mail_to({"b@y.test", "c@y.test"})),
                                client_says("MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\nRCPT TO:<c@y.test>\r\n"),
                                server_says("550 5.7.1 not you\r\n"),
                                client_says("RSET\r\n"),
                                owner_begins(mail_to()),
                                client_says(""),
                                server_says("503 5.5.1 no MAIL\r\n503 5.5.1 no MAIL\r\n"),
                                client_says(""),
                                server_says("250 ok\r\n"),
                                client_says("MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\n"),
                                server_says("250 ok\r\n550 no\r\n"),
                                client_says("RSET\r\n"),
                                server_says("250 ok\r\n"),
                            },
                            {ready_modern, "envelope from 550 to", "envelope from 250 to 550"}));
}

TEST(smtp_envelope, whose_sender_is_refused_needs_no_reset_without_pipelining) {
  check_script(ready_script(modest,
                            {
                                owner_begins(mail_to({"b@y.test", "c@y.test"})),
                                client_says("MAIL FROM:<a@x.test>\r\n"),
                                server_says("451 4.3.0 later\r\n"),
                                client_says(""),
                                owner_begins(mail_to()),
                                client_says("MAIL FROM:<a@x.test>\r\n"),
                                server_says("250 ok\r\n"),
                                client_says("RCPT TO:<b@y.test>\r\n"),
                                server_says("550 no\r\n"),
                                client_says("RSET\r\n"),
                                server_says("250 ok\r\n"),
                            },
                            {ready_modest, "envelope from 451 to", "envelope from 250 to 550"}));
}

TEST(smtp_envelope, that_the_server_cannot_carry_is_refused_without_a_word) {
  const auto refused = [](const strings& keywords, const envelope& what) {
    ready_session s{keywords};
    s.listener.mail_open = true;
    EXPECT_TRUE(s.session.begin(what));
    EXPECT_EQ(s.session.outgoing(), "");
    EXPECT_EQ(s.session.waits_for(), waiting_for::nothing);
    return s.listener.events.empty() ? std::string{} : s.listener.events.back();
  };
  auto large = mail_to(), eight = mail_to(), utf8 = mail_to({"b\xc3\xbc@y.test"});
  large.size = 1001;
  eight.eight_bit = true;
  utf8.utf8 = true;
  EXPECT_EQ(refused(modern, large), "envelope refused too_large");
  EXPECT_EQ(refused({"SIZE"}, eight), "envelope refused not_supported");
  EXPECT_EQ(refused({"8BITMIME"}, utf8), "envelope refused not_supported");
  ready_session unlimited{{"SIZE 0"}};
  unlimited.listener.mail_open = true;
  EXPECT_TRUE(unlimited.session.begin(large));
  EXPECT_EQ(take_outgoing(unlimited.session), "MAIL FROM:<a@x.test> SIZE=1001\r\n");
}

TEST(smtp_envelope, that_cannot_be_said_is_refused) {
  ready_session s{modern};
  EXPECT_EQ(s.session.begin(mail_to({"b@y.test>\r\nDATA"})).error().code, errc::invalid_argument);
  EXPECT_EQ(s.session.begin(mail_to({})).error().code, errc::invalid_argument);
  EXPECT_EQ(s.session.begin(mail_to(strings(1001, "b@y.test"))).error().code, errc::too_large);
  EXPECT_EQ(s.session.outgoing(), "");
  s.listener.mail_open = true;
  ASSERT_TRUE(s.session.begin(mail_to()));
  EXPECT_EQ(s.session.begin(mail_to()).error().code, errc::conflict);
  feed(s.session, "250 ok\r\n250 ok\r\n");
  EXPECT_EQ(s.session.begin(mail_to()).error().code, errc::conflict);
}

TEST(smtp_envelope, of_a_thousand_recipients_is_sent_in_windows) {
  const std::size_t count = limits::smtp_recipients_max;
  ready_session s{modern};
  s.listener.mail_open = true;
  ASSERT_TRUE(s.session.begin(mail_to(strings(count, "b@y.test"))));
  std::size_t told = 0, answered = 0, turns = 0;
  while (answered < count + 1) {
    const auto said = take_outgoing(s.session);
    told += static_cast<std::size_t>(std::count(said.begin(), said.end(), '\n'));
    ASSERT_LE(told - answered, limits::smtp_pipeline_commands_max);
    ASSERT_GT(told, answered);
    feed(s.session, answered % 3 == 2 ? "550 no\r\n" : "250 ok\r\n");
    ++answered;
    turns += said.empty() ? 0 : 1;
  }
  EXPECT_EQ(told, count + 1);
  EXPECT_LT(turns, count / 10); // not a packet for each
  ASSERT_EQ(s.listener.outcomes.size(), 1U);
  EXPECT_EQ(s.listener.outcomes[0].recipients.size(), count);
  EXPECT_EQ(s.listener.outcomes[0].recipients[1].code, 550);
}

TEST(smtp_envelope, keeps_little_of_each_recipients_answer) {
  ready_session s{modest};
  s.listener.mail_open = true;
  ASSERT_TRUE(s.session.begin(mail_to()));
  feed(s.session, "250 ok\r\n550 " + std::string(3000, 'x') + "\r\n");
  EXPECT_EQ(s.listener.outcomes.at(0).recipients.at(0).text.size(), limits::smtp_recipient_text_bytes_max);
}

TEST(smtp_envelope, is_given_up_while_it_is_answered) {
  check_script(ready_script(modern,
                            {
                                owner_begins(mail_to({"b@y.test", "c@y.test"})),
                                client_says("MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\nRCPT TO:<c@y.test>\r\n"),
                                server_says("250 ok\r\n"),
                                owner_resets(),
                                client_says("RSET\r\n"),
                                server_says("250 ok\r\n550 no\r\n250 reset\r\n"),
                                owner_begins(mail_to()),
                                client_says("MAIL FROM:<a@x.test>\r\nRCPT TO:<b@y.test>\r\n"),
                                server_says("250 ok\r\n250 ok\r\n"),
                            },
                            {ready_modern, "reset", "envelope from 250 to 250"}));
}

TEST(smtp_mail, that_data_refuses_is_over) {
  check_script(
      ready_script(modest,
                   {
                       owner_begins(mail_to()),
                       client_says("MAIL FROM:<a@x.test>\r\n"),
                       server_says("250 ok\r\n"),
                       client_says("RCPT TO:<b@y.test>\r\n"),
                       server_says("250 ok\r\n"),
                       owner_begins_body(),
                       client_says("DATA\r\n"),
                       server_says("451 4.3.0 not now\r\n"),
                       owner_feeds("dropped"),
                       owner_ends_body(),
                       client_says("RSET\r\n"),
                       owner_begins(mail_to()),
                       server_says("250 reset\r\n"),
                       client_says("MAIL FROM:<a@x.test>\r\n"),
                       server_says("550 5.1.8 no\r\n"),
                   },
                   {ready_modest, "envelope from 250 to 250", "done data 451 4.3.0 not now", "envelope from 550 to"}));
}

/// A session inside the body of a mail.
struct sending_session : ready_session {
  explicit sending_session(bool chunked = false) : ready_session(modern) {
    listener.mail_open = true;
    auto what = mail_to();
    what.chunked = chunked;
    EXPECT_TRUE(session.begin(what));
    (void)take_outgoing(session);
    feed(session, "250 ok\r\n250 ok\r\n");
    session.begin_body();
    if (!chunked) {
      (void)take_outgoing(session);
      feed(session, "354 go\r\n");
    }
    listener.events.clear();
  }
};

struct early_case {
  const char* words;
  strings events;
};

TEST(smtp_mail, that_is_answered_too_early_ends_the_session) {
  const early_case cases[] = {
      {"552 5.3.4 too large\r\n",
       {"done message 552 5.3.4 too large", "closed server_bye: 552 5.3.4 too large @message [552]"}},
      {"451 4.7.0 Timeout waiting for client input\r\n",
       {"done message 451 4.7.0 Timeout waiting for client input",
        "closed server_bye: 451 4.7.0 Timeout waiting for client input @message [451]"}},
      {"421 4.3.2 going down\r\n", {"closed server_bye: 421 4.3.2 going down @message [421]"}},
      {"250 2.0.0 taken\r\n",
       {"closed protocol_violation: an answer that does not fit: 250 2.0.0 taken @message [250]"}},
  };
  for (const auto& c : cases)
    for (const bool ended : {false, true}) {
      sending_session s;
      s.session.body("half a mail");
      if (ended)
        s.session.end_body(); // but the dot has not left
      s.session.sent(4);
      // Whoever begins the next mail from inside is told that there is no next one.
      s.listener.hook = [&](const std::string& event) {
        if (event.starts_with("done")) {
          EXPECT_EQ(s.session.begin(mail_to()).error().code, errc::cancelled);
        }
      };
      feed(s.session, c.words);
      EXPECT_EQ(s.listener.events, c.events) << ended;
      EXPECT_EQ(s.session.outgoing(), "");
    }
}

TEST(smtp_mail, whose_verdict_does_not_come_has_none) {
  for (const bool chunked : {false, true}) {
    sending_session s{chunked};
    s.session.body("mail\r\n");
    s.session.end_body();
    (void)take_outgoing(s.session);
    EXPECT_EQ(s.session.waits_for(), waiting_for::verdict);
    s.session.transport_closed({errc::connection_lost, "reset"});
    EXPECT_EQ(s.listener.events, strings{"closed connection_lost: reset @message"});
  }
}

TEST(smtp_mail, waits_for_the_verdict_before_it_hangs_up) {
  sending_session s;
  s.session.body("mail\r\n");
  s.session.end_body();
  s.session.quit();
  EXPECT_EQ(take_outgoing(s.session), "mail\r\n.\r\nQUIT\r\n");
  EXPECT_EQ(s.session.begin(mail_to()).error().code, errc::cancelled);
  feed(s.session, "250 2.0.0 OK\r\n");
  EXPECT_EQ(s.listener.events, strings{"done message 250 2.0.0 OK"});
  feed(s.session, "221 bye\r\n");
  EXPECT_EQ(s.listener.events.back(), "closed cancelled: closed by us @sender [221]");
}

TEST(smtp_session, hangs_up_at_once_where_quit_would_be_part_of_the_mail) {
  sending_session s;
  s.session.body("mail");
  s.session.quit();
  EXPECT_EQ(s.listener.events, strings{"closed cancelled: closed by us @message"});
  EXPECT_EQ(s.session.outgoing(), "");
}

TEST(smtp_session, gives_up_an_envelope_to_quit) {
  ready_session s{modern};
  s.listener.mail_open = true;
  ASSERT_TRUE(s.session.begin(mail_to()));
  (void)take_outgoing(s.session);
  feed(s.session, "250 ok\r\n");
  s.session.quit();
  s.session.quit();
  EXPECT_EQ(take_outgoing(s.session), "QUIT\r\n");
  feed(s.session, "250 ok\r\n");
  EXPECT_TRUE(s.listener.events.empty());
  s.session.transport_closed({errc::connection_lost, "gone"});
  EXPECT_EQ(s.listener.events.at(0).substr(0, 16), "closed cancelled");
}

TEST(smtp_session, begins_no_mail_behind_its_quit) {
  ready_session s{modern};
  s.listener.mail_open = true;
  ASSERT_TRUE(s.session.begin(mail_to()));
  feed(s.session, "250 ok\r\n250 ok\r\n");
  (void)take_outgoing(s.session);
  s.session.quit();
  s.session.begin_body();
  s.session.reset();
  EXPECT_EQ(take_outgoing(s.session), "QUIT\r\n");
}

TEST(smtp_session, ends_by_an_answer_nobody_awaits) {
  const early_case cases[] = {
      {"250 ok\r\n", {"closed protocol_violation: an answer that does not fit: 250 ok @sender [250]"}},
      {"451 4.7.0 Timeout waiting for client input\r\n",
       {"closed server_bye: 451 4.7.0 Timeout waiting for client input @sender [451]"}},
      {"421 4.7.0 too fast\r\n", {"closed throttled: 421 4.7.0 too fast @sender [421]"}},
  };
  for (const auto& c : cases) {
    ready_session s{modern};
    feed(s.session, c.words);
    EXPECT_EQ(s.listener.events, c.events);
  }
}

TEST(smtp_mail, is_not_taken_by_a_server_that_has_not_seen_its_end) {
  ready_session s{modest};
  s.listener.hook = [&](const std::string& event) {
    if (event == "envelope from 250 to 250")
      s.session.begin_body();
    else if (event == "wanted")
      s.session.body("x"), s.session.end_body();
  };
  s.listener.mail_open = true;
  ASSERT_TRUE(s.session.begin(mail_to()));
  feed(s.session, "250 ok\r\n250 ok\r\n354 go\r\n250 taken\r\n");
  EXPECT_EQ(s.listener.closed.at(0).code, errc::protocol_violation);
  EXPECT_TRUE(s.listener.mail_open);
}

TEST(smtp_session, takes_the_next_mail_from_inside_every_callback) {
  ready_session s{modest};
  int begun = 0;
  const auto next = [&] {
    ++begun;
    s.listener.mail_open = true;
    EXPECT_TRUE(s.session.begin(mail_to()));
  };
  s.listener.hook = [&](const std::string& event) {
    if (event == "envelope from 250 to 250")
      s.session.begin_body();
    else if (event == "wanted")
      s.session.body("x"), s.session.end_body();
    else
      next();
  };
  next();
  const char* answers[] = {"250 ok\r\n", "250 ok\r\n", "354 go\r\n",    "250 taken\r\n", // taken
                           "250 ok\r\n", "250 ok\r\n", "354 go\r\n",    "550 no\r\n",    // refused
                           "250 ok\r\n", "250 ok\r\n", "451 no\r\n",    "250 reset\r\n", // not begun
                           "250 ok\r\n", "550 no\r\n", "250 reset\r\n", "550 no\r\n"};   // nobody, and not from him
  for (const auto* answer : answers) {
    EXPECT_NE(take_outgoing(s.session), "") << answer;
    feed(s.session, answer);
  }
  EXPECT_EQ(begun, 6);
  EXPECT_FALSE(s.session.closed());
}

TEST(smtp_session, tells_what_it_waits_for) {
  ready_session s{modest};
  s.listener.mail_open = true;
  EXPECT_EQ(s.session.waits_for(), waiting_for::nothing);
  ASSERT_TRUE(s.session.begin(mail_to()));
  EXPECT_EQ(s.session.waits_for(), waiting_for::envelope);
  feed(s.session, "250 ok\r\n250 ok\r\n");
  EXPECT_EQ(s.session.waits_for(), waiting_for::nothing);
  s.session.begin_body();
  EXPECT_EQ(s.session.waits_for(), waiting_for::data);
  feed(s.session, "354 go\r\n");
  EXPECT_EQ(s.session.waits_for(), waiting_for::nothing);
  (void)take_outgoing(s.session);
  s.session.body("abc");
  EXPECT_EQ(s.session.unsent(), 3U);
  s.session.end_body();
  EXPECT_EQ(s.session.waits_for(), waiting_for::verdict);
  (void)take_outgoing(s.session);
  feed(s.session, "250 ok\r\n");
  EXPECT_EQ(s.session.waits_for(), waiting_for::nothing);
}

} // namespace

} // namespace postroom::smtp::testing
