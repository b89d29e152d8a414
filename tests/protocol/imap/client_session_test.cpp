#include "base/limits.hpp"
#include "tests/protocol/imap/scripted_session.hpp"

#include <gtest/gtest.h>

namespace postroom::imap::testing {

namespace {

/// A session that has just logged in, and what it told.
struct ready_session {
  explicit ready_session(const std::string& capabilities = "IMAP4rev1 IDLE LITERAL+")
      : session{options_for(login_method::xoauth2), listener} {
    feed(session, "* OK [CAPABILITY SASL-IR] hello\r\n");
    (void)take_outgoing(session);
    feed(session, "L1 OK [CAPABILITY " + capabilities + "] in\r\n");
    listener.events.clear();
  }
  recorder listener;
  client_session session;
};

using strings = std::vector<std::string>;

turn owner_ends_idle() {
  return owner_does([](client_session& session, recorder&) { session.end_idle(); });
}

TEST(imap_session, selects_and_lists) {
  check_script(ready_script(
      {
          owner_submits(select_command{"INBOX"}),
          client_says("A1 SELECT INBOX\r\n"),
          server_says("* 172 EXISTS\r\n* OK [UIDVALIDITY 14] ok\r\n* FLAGS (\\Seen)\r\nA1 OK [READ-WRITE] done\r\n"),
          owner_submits(uid_search_command{"UID 5:9"}),
          client_says("A2 UID SEARCH UID 5:9\r\n"),
          server_says("* SEARCH 5 7\r\nA2 OK done\r\n"),
      },
      {"EXISTS 172", "* OK [UIDVALIDITY|14] 'ok'", "FLAGS \\Seen", "done 1 OK [READ-WRITE|] 'done'", "SEARCH 5 7",
       "done 2 OK 'done'"}));
}

TEST(imap_session, takes_one_windows_worth_of_a_search_but_not_any_number) {
  const auto line = [](std::uint32_t first, std::size_t count) {
    std::string out = "* SEARCH";
    for (std::size_t i = 0; i < count; ++i)
      out += ' ' + std::to_string(first + i);
    return out + "\r\n";
  };
  ready_session s;
  feed(s.session, line(4'000'000'000, limits::search_window_uids));
  EXPECT_TRUE(s.listener.closed.empty());
  EXPECT_EQ(s.listener.events.size(), 1U);
  feed(s.session, line(1'000'000, 40'000));
  ASSERT_EQ(s.listener.closed.size(), 1U);
  EXPECT_EQ(s.listener.closed[0].code, errc::too_large);
}

TEST(imap_session, streams_bodies) {
  check_script(ready_script(
      {
          owner_submits(uid_fetch_command{{"5:6"}, {"UID", "BODY.PEEK[]"}}),
          client_says("A1 UID FETCH 5:6 (UID BODY.PEEK[])\r\n"),
          server_says("* 1 FETCH (UID 5 BODY[] {12}\r\nA1 OK done\r\n)\r\n* 2 FETCH (BODY[] \"x\" UID 6)\r\n"
                      "* 3 FETCH (BODY[] NIL UID 7)\r\nA1 OK done\r\n"),
      },
      {"body of 1: 12", "FETCH 1 uid=5 body=12", "body of 2: 1", "FETCH 2 uid=6 body=1", "FETCH 3 uid=7 body=NIL",
       "done 1 OK 'done'"}));
}

TEST(imap_session, hands_bodies_through_cut_at_every_octet) {
  const std::string body = "From: a\r\n\r\nA1 OK (\"{3}\r\n";
  const std::string wire =
      "* 1 FETCH (UID 5 BODY[] {" + std::to_string(body.size()) + "}\r\n" + body + ")\r\nA1 OK done\r\n";
  for (std::size_t cut = 0; cut <= wire.size(); ++cut) {
    ready_session s;
    ASSERT_TRUE(s.session.submit(uid_fetch_command{{"5"}, {"BODY.PEEK[]"}}));
    (void)take_outgoing(s.session);
    feed(s.session, wire.substr(0, cut));
    EXPECT_LE(s.session.buffered_bytes(), 200U + sizeof(command));
    feed(s.session, wire.substr(cut));
    EXPECT_EQ(s.listener.body, body);
    EXPECT_EQ(s.listener.events.back(), "done 1 OK 'done'");
  }
}

TEST(imap_session, idles) {
  check_script(ready_script(
      {
          owner_submits(idle_command{}),
          client_says("A1 IDLE\r\n"),
          server_says("* 5 EXISTS\r\n+ IDLE accepted, awaiting DONE command.\r\n* 6 EXISTS\r\n* OK Still here\r\n"),
          owner_ends_idle(),
          client_says("DONE\r\n"),
          server_says("* 7 EXISTS\r\nA1 OK IDLE completed.\r\n"),
          owner_submits(noop_command{}),
          client_says("A2 NOOP\r\n"),
          server_says("A2 OK done\r\n"),
      },
      {"EXISTS 5", "idling", "EXISTS 6", "* OK 'Still here'", "EXISTS 7", "done 1 OK 'IDLE completed.'",
       "done 2 OK 'done'"}));
}

TEST(imap_session, leaves_an_idle_that_was_not_accepted_yet) {
  check_script(ready_script(
      {
          owner_submits(idle_command{}),
          client_says("A1 IDLE\r\n"),
          owner_ends_idle(),
          client_says(""),
          server_says("+ go\r\n"),
          client_says("DONE\r\n"),
          server_says("A1 OK bye\r\n"),
      },
      {"idling", "done 1 OK 'bye'"}));
}

TEST(imap_session, sends_what_comes_next_right_behind_done) {
  check_script(ready_script(
      {
          owner_submits(idle_command{}),
          client_says("A1 IDLE\r\n"),
          server_says("+ \r\n* 6 EXISTS\r\n"),
          owner_submits(noop_command{}),
          client_says(""),
          owner_ends_idle(),
          client_says("DONE\r\nA2 NOOP\r\n"),
          owner_submits(idle_command{}),
          client_says(""),
          server_says("A1 OK IDLE completed.\r\nA2 OK done\r\n"),
          client_says("A3 IDLE\r\n"),
      },
      {"idling", "EXISTS 6", "done 1 OK 'IDLE completed.'", "done 2 OK 'done'"}));
}

TEST(imap_session, keeps_what_comes_next_until_idle_was_accepted) {
  check_script(ready_script(
      {
          owner_submits(idle_command{}),
          client_says("A1 IDLE\r\n"),
          owner_ends_idle(),
          owner_submits(noop_command{}),
          client_says(""),
          server_says("+ go\r\n"),
          client_says("DONE\r\nA2 NOOP\r\n"),
      },
      {"idling"}));
}

TEST(imap_session, leaves_idle_from_inside_the_callback) {
  ready_session s;
  ASSERT_TRUE(s.session.submit(idle_command{}));
  s.listener.hook = [&](const std::string& event) {
    if (event == "idling")
      s.session.end_idle();
  };
  feed(s.session, "+ \r\n");
  s.session.end_idle();
  EXPECT_EQ(take_outgoing(s.session), "A1 IDLE\r\nDONE\r\n");
}

TEST(imap_session, accepts_that_the_server_ends_idle) {
  check_script(ready_script(
      {
          owner_submits(idle_command{}),
          client_says("A1 IDLE\r\n"),
          server_says("+ \r\n"),
          server_says("A1 OK time is up\r\n"),
          owner_ends_idle(),
          client_says(""),
      },
      {"idling", "done 1 OK 'time is up'"}));
}

TEST(imap_session, tolerates_that_done_crosses_the_servers_end_of_idle) {
  check_script(ready_script(
      {
          owner_submits(idle_command{}),
          client_says("A1 IDLE\r\n"),
          server_says("+ \r\n"),
          owner_ends_idle(),
          client_says("DONE\r\n"),
          server_says("A1 OK time is up\r\nDONE BAD unknown\r\n"),
          owner_submits(noop_command{}),
          client_says("A2 NOOP\r\n"),
          server_says("A2 OK done\r\n"),
      },
      {"idling", "done 1 OK 'time is up'", "done 2 OK 'done'"}));
}

TEST(imap_session, reports_a_refused_idle) {
  for (const auto* answer : {"A1 NO not now\r\n", "A1 BAD not now\r\n"}) {
    ready_session s;
    ASSERT_TRUE(s.session.submit(idle_command{}));
    ASSERT_TRUE(s.session.submit(noop_command{}));
    EXPECT_EQ(take_outgoing(s.session), "A1 IDLE\r\n");
    feed(s.session, answer);
    EXPECT_EQ(s.listener.events.size(), 1U);
    EXPECT_EQ(take_outgoing(s.session), "A2 NOOP\r\n");
  }
}

TEST(imap_session, pipelines_but_lets_idle_and_select_go_alone) {
  ready_session s;
  auto& session = s.session;
  for (const command& what :
       std::vector<command>{noop_command{}, uid_search_command{"ALL"}, select_command{"b"}, noop_command{},
                            noop_command{}, idle_command{}, noop_command{}, logout_command{}})
    ASSERT_TRUE(session.submit(what));
  EXPECT_EQ(session.commands_open(), 8U);
  EXPECT_EQ(take_outgoing(session), "A1 NOOP\r\nA2 UID SEARCH ALL\r\n");
  feed(session, "A2 OK x\r\n"); // servers may answer in any order
  EXPECT_EQ(take_outgoing(session), "");
  feed(session, "A1 OK x\r\n");
  EXPECT_EQ(take_outgoing(session), "A3 SELECT b\r\n");
  feed(session, "A3 NO [NONEXISTENT] x\r\n");
  EXPECT_EQ(take_outgoing(session), "A4 NOOP\r\nA5 NOOP\r\n");
  feed(session, "A4 OK x\r\nA5 OK x\r\n");
  EXPECT_EQ(take_outgoing(session), "A6 IDLE\r\n");
  feed(session, "+ \r\n");
  EXPECT_EQ(session.waits_for(), waiting_for::idle_traffic);
  session.end_idle();
  EXPECT_EQ(session.waits_for(), waiting_for::idle_end);
  EXPECT_EQ(take_outgoing(session), "DONE\r\nA7 NOOP\r\n");
  feed(session, "A6 OK x\r\n");
  EXPECT_EQ(take_outgoing(session), "");
  feed(session, "A7 OK x\r\n");
  EXPECT_EQ(take_outgoing(session), "A8 LOGOUT\r\n");
  feed(session, "* BYE bye\r\nA8 OK x\r\n");
  EXPECT_EQ(s.listener.events.back(), "closed cancelled: logged out");
}

TEST(imap_session, appends_with_a_synchronising_literal) {
  check_script(ready_script(
      {
          owner_submits(append_command{"Sent", {}, {}, std::string(5000, 'm')}),
          owner_submits(noop_command{}),
          client_says("A1 APPEND Sent {5000}\r\n"),
          server_says("+ Ready\r\n"),
          client_says(std::string(5000, 'm') + "\r\nA2 NOOP\r\n"),
          server_says("+ superfluous\r\nA1 OK [APPENDUID 14 7] done\r\nA2 OK done\r\n"),
      },
      {"done 1 OK [APPENDUID|14 7] 'done'", "done 2 OK 'done'"}));
}

TEST(imap_session, drops_the_literal_when_the_append_is_refused) {
  ready_session s;
  ASSERT_TRUE(s.session.submit(append_command{"Sent", {}, {}, std::string(5000, 'm')}));
  ASSERT_TRUE(s.session.submit(noop_command{}));
  EXPECT_EQ(take_outgoing(s.session), "A1 APPEND Sent {5000}\r\n");
  feed(s.session, "A1 NO [TRYCREATE] no such folder\r\n");
  EXPECT_EQ(take_outgoing(s.session), "A2 NOOP\r\n");
}

TEST(imap_session, does_not_believe_that_an_unsent_append_succeeded) {
  ready_session s;
  ASSERT_TRUE(s.session.submit(append_command{"Sent", {}, {}, std::string(5000, 'm')}));
  feed(s.session, "A1 OK done\r\n");
  EXPECT_EQ(s.listener.closed.at(0).code, errc::protocol_violation);
}

TEST(imap_session, does_not_believe_an_answer_to_a_command_that_waits) {
  ready_session s;
  ASSERT_TRUE(s.session.submit(select_command{"a"}));
  ASSERT_TRUE(s.session.submit(noop_command{}));
  feed(s.session, "A2 OK done\r\n");
  EXPECT_EQ(s.listener.closed.at(0).code, errc::protocol_violation);
}

TEST(imap_session, keeps_commands_given_before_the_login_is_over) {
  recorder listener;
  client_session session{options_for(login_method::xoauth2), listener};
  EXPECT_EQ(*session.submit(noop_command{}), 1U);
  feed(session, "* OK [CAPABILITY SASL-IR] hello\r\n");
  (void)take_outgoing(session);
  EXPECT_EQ(*session.submit(idle_command{}), 2U);
  EXPECT_EQ(take_outgoing(session), "");
  feed(session, "L1 OK [CAPABILITY IDLE] in\r\n");
  EXPECT_EQ(take_outgoing(session), "A1 NOOP\r\n");
}

TEST(imap_session, takes_commands_from_inside_callbacks) {
  ready_session s;
  int submitted = 0;
  s.listener.hook = [&](const std::string&) {
    if (submitted++ < 3) {
      ASSERT_TRUE(s.session.submit(noop_command{}));
    }
  };
  ASSERT_TRUE(s.session.submit(noop_command{}));
  feed(s.session, "A1 OK x\r\n");
  feed(s.session, "A2 OK x\r\nA3 OK x\r\nA4 OK x\r\n");
  EXPECT_EQ(s.listener.events.size(), 4U);
  EXPECT_EQ(s.session.commands_open(), 0U);
}

TEST(imap_session, refuses_what_cannot_be_sent) {
  ready_session s;
  EXPECT_EQ(s.session.submit(uid_fetch_command{{std::string(9000, '1')}, {"UID"}}).error().code, errc::too_large);
  EXPECT_EQ(s.session.submit(uid_search_command{"a\r\nb"}).error().code, errc::invalid_argument);
  EXPECT_EQ(*s.session.submit(noop_command{}), 1U); // no ticket was used up
  for (std::size_t i = 1; i < limits::imap_commands_open_max; ++i)
    ASSERT_TRUE(s.session.submit(noop_command{}));
  EXPECT_EQ(s.session.submit(noop_command{}).error().code, errc::busy);
}

TEST(imap_session, remembers_what_is_sent_in_pieces) {
  ready_session s;
  ASSERT_TRUE(s.session.submit(noop_command{}));
  s.session.sent(4);
  EXPECT_EQ(s.session.outgoing(), "OOP\r\n");
  ASSERT_TRUE(s.session.submit(noop_command{}));
  EXPECT_EQ(s.session.outgoing(), "OOP\r\nA2 NOOP\r\n");
  s.session.sent(1000);
  EXPECT_EQ(s.session.outgoing(), "");
}

TEST(imap_session, does_not_pile_up_what_was_sent) {
  ready_session s;
  const std::string message(1 << 20, 'm');
  ASSERT_TRUE(s.session.submit(append_command{"Sent", {}, {}, message}));
  (void)take_outgoing(s.session);
  feed(s.session, "+ go\r\n");
  std::string sent;
  while (!s.session.outgoing().empty()) {
    const auto piece = s.session.outgoing().substr(0, 10'000);
    sent += piece;
    s.session.sent(piece.size());
  }
  EXPECT_EQ(sent, message + "\r\n");
  EXPECT_LE(s.session.buffered_bytes(), 256U);
}

TEST(imap_session, sends_a_message_from_the_memory_it_was_given_in) {
  ready_session s;
  std::string message(1 << 20, 'm');
  const auto* const octets = message.data();
  ASSERT_TRUE(s.session.submit(append_command{"Sent", {}, {}, std::move(message)}));
  ASSERT_TRUE(s.session.submit(noop_command{}));
  EXPECT_EQ(take_outgoing(s.session), "A1 APPEND Sent {1048576}\r\n");
  feed(s.session, "+ go\r\n");
  EXPECT_EQ(s.session.outgoing().data(), octets);
  EXPECT_LT(s.session.buffered_bytes(), (1U << 20U) + 4096U);
  s.session.sent(s.session.outgoing().size());
  EXPECT_EQ(take_outgoing(s.session), "\r\nA2 NOOP\r\n");
}

struct end_case {
  const char* words;
  const char* closed;
};

TEST(imap_session, knows_why_it_ended) {
  const end_case cases[] = {
      {"* BYE Connection is closed. 13\r\n", "closed server_bye: Connection is closed. 13"},
      {"* BYE Session invalidated - AccessTokenExpired\r\n",
       "closed session_expired: Session invalidated - AccessTokenExpired"},
      {"A1 BAD User is authenticated but not connected.\r\n",
       "closed mailbox_not_connected: User is authenticated but not connected."},
      {"A1 BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds\r\n* BYE Connection closed. 14\r\n",
       "closed throttled: Request is throttled. Suggested Backoff Time: 92415 milliseconds"},
      {"* NO Request is throttled. Suggested Backoff Time: 9 milliseconds\r\n* BYE x\r\n",
       "closed throttled: Request is throttled. Suggested Backoff Time: 9 milliseconds"},
      {"Server Unavailable. 15\r\n", "closed server_bye: the server said: Server Unavailable. 15"},
      {"what?\r\n", "closed protocol_violation: the server said: what?"},
      {"* ESEARCH UID ALL 1:*\r\n", "closed too_large: a search found more messages than can be held"},
      {"* 1 FETCH (BODY[] {268435457}\r\n", "closed too_large: a message of 268435457 bytes was announced"},
      {"B1 OK\r\n", "closed protocol_violation: an answer to a command that was not sent"},
      {"A1 OK\r\nA1 OK\r\n", "closed protocol_violation: an answer to a command that was not sent"},
      {"A01 OK\r\n", "closed protocol_violation: an answer to a command that was not sent"},
      {"DONE BAD x\r\n", "closed protocol_violation: an answer to a command that was not sent"},
  };
  for (const auto& c : cases) {
    ready_session s;
    ASSERT_TRUE(s.session.submit(noop_command{}));
    feed(s.session, c.words);
    EXPECT_EQ(s.listener.events.empty() ? "" : s.listener.events.back(), c.closed);
  }
}

TEST(imap_session, lets_a_throttled_command_fail_and_goes_on) {
  ready_session s;
  ASSERT_TRUE(s.session.submit(noop_command{}));
  ASSERT_TRUE(s.session.submit(noop_command{}));
  feed(s.session, "A1 BAD Request is throttled. Suggested Backoff Time: 5 milliseconds\r\n");
  EXPECT_FALSE(s.session.closed());
  feed(s.session, "A2 OK x\r\n");
  s.session.transport_closed({errc::connection_lost, "reset"});
  EXPECT_EQ(s.listener.events.back(), "closed connection_lost: reset"); // the throttling had passed
}

TEST(imap_session, ends_by_logout) {
  check_script(ready_script(
      {
          owner_submits(logout_command{}),
          client_says("A1 LOGOUT\r\n"),
          server_says("* BYE see you\r\nA1 OK done\r\n"),
      },
      {"done 1 OK 'done'", "closed cancelled: logged out"}));
  ready_session s;
  ASSERT_TRUE(s.session.submit(logout_command{}));
  feed(s.session, "* BYE see you\r\n");
  s.session.transport_closed({errc::connection_lost, "reset"});
  EXPECT_EQ(s.listener.events.back(), "closed cancelled: logged out");
}

TEST(imap_session, says_what_it_waits_for) {
  ready_session s;
  EXPECT_EQ(s.session.waits_for(), waiting_for::nothing);
  ASSERT_TRUE(s.session.submit(noop_command{}));
  EXPECT_EQ(s.session.waits_for(), waiting_for::answer);
  feed(s.session, "* 5 EX");
  EXPECT_EQ(s.session.waits_for(), waiting_for::rest_of_answer);
  feed(s.session, "ISTS\r\n");
  EXPECT_EQ(s.session.waits_for(), waiting_for::answer);
  feed(s.session, "* 5 FETCH (BODY[] {5}\r\n");
  EXPECT_EQ(s.session.waits_for(), waiting_for::rest_of_answer);
  feed(s.session, "hello");
  EXPECT_EQ(s.session.waits_for(), waiting_for::rest_of_answer);
  feed(s.session, ")\r\nA1 OK x\r\n");
  EXPECT_EQ(s.session.waits_for(), waiting_for::nothing);
}

TEST(imap_session, ends_a_flood) {
  ready_session s;
  s.listener.hook = [&](const std::string&) { s.listener.events.clear(); };
  std::string flood;
  for (std::size_t i = 0; i < limits::imap_unsolicited_max; ++i)
    flood += "* 1 EXISTS\r\n";
  feed(s.session, flood);
  EXPECT_FALSE(s.session.closed());
  feed(s.session, "\r\n");
  ASSERT_TRUE(s.session.closed());
  EXPECT_EQ(s.listener.closed[0].code, errc::protocol_violation);
}

TEST(imap_session, holds_almost_nothing_while_idle) {
  ready_session s;
  ASSERT_TRUE(s.session.submit(select_command{"INBOX"}));
  (void)take_outgoing(s.session);
  feed(s.session, "* 5 EXISTS\r\nA1 OK x\r\n", 3);
  ASSERT_TRUE(s.session.submit(idle_command{}));
  (void)take_outgoing(s.session);
  feed(s.session, "+ idling\r\n* 6 EX");
  feed(s.session, "ISTS\r\n");
  EXPECT_LE(s.session.buffered_bytes(), 256U);
}

TEST(imap_session, accepts_quirks_and_tells_them) {
  ready_session s;
  ASSERT_TRUE(s.session.submit(noop_command{}));
  feed(s.session, "+ what\r\n[COPYUID 55 31 6]\r\nA1 OK\r\n");
  EXPECT_EQ(s.listener.events, (strings{"* OK [COPYUID|55 31 6] ''", "done 1 OK ''"}));
  EXPECT_TRUE(s.session.quirks_seen().has(quirk::superfluous_plus));
  EXPECT_TRUE(s.session.quirks_seen().has(quirk::missing_status));
}

TEST(imap_session, can_be_moved) {
  ready_session s;
  client_session moved{std::move(s.session)};
  ASSERT_TRUE(moved.submit(noop_command{}));
  feed(moved, "A1 OK x\r\n");
  EXPECT_EQ(s.listener.events.back(), "done 1 OK 'x'");
}

} // namespace

} // namespace postroom::imap::testing
