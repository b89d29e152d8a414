#include "tests/protocol/imap/scripted_session.hpp"

#include "tests/protocol/imap/describe.hpp"

#include <gtest/gtest.h>

namespace postroom::imap::testing {

void recorder::note(std::string event) {
  EXPECT_TRUE(closed.empty()) << "after the end: " << event;
  events.push_back(event);
  if (hook)
    hook(event);
}

void recorder::on_starttls() {
  note("starttls");
}

void recorder::on_ready(const session_info& info) {
  std::string event = "ready";
  for (const auto& name : info.capabilities)
    event += " " + name;
  note(event);
}

void recorder::on_command_done(const command_outcome& outcome) {
  note("done " + std::to_string(outcome.id) + " " +
       describe(status_response{.kind = outcome.kind, .code = outcome.code, .text = outcome.text}).substr(2));
}

void recorder::on_data(const response& data) {
  note(describe(data));
}

void recorder::on_body_begin(std::uint32_t sequence, std::uint64_t bytes) {
  note("body of " + std::to_string(sequence) + ": " + std::to_string(bytes));
}

void recorder::on_body_data(std::string_view octets) {
  EXPECT_TRUE(closed.empty());
  body += octets;
}

void recorder::on_idling() {
  note("idling");
}

void recorder::on_closed(const error& why) {
  note("closed " + to_string(why));
  closed.push_back(why);
}

turn owner_does(std::function<void(client_session&, recorder&)> act) {
  return {turn::kind::act, "", std::move(act)};
}

turn owner_submits(command what) {
  return owner_does([what](client_session& session, recorder&) {
    const auto id = session.submit(what);
    EXPECT_EQ(id.has_value(), !session.closed());
  });
}

turn tls_comes_up() {
  return owner_does([](client_session& session, recorder&) { session.tls_established(); });
}

session_options options_for(login_method method) {
  return {.method = method,
          .user = "shared@contoso.com",
          .token_or_password = secret<>{"eyJhbGciOiJub25lIn0.e30."},
          .host = "outlook.office365.com",
          .port = 993};
}

script ready_script(std::vector<turn> turns, std::vector<std::string> events) {
  script out{options_for(login_method::plain), {}, {"ready IMAP4REV1 LITERAL+"}};
  out.options.token_or_password = secret<>{"p"};
  out.turns = {server_says("* OK [CAPABILITY SASL-IR] hello\r\n"),
               client_says("L1 AUTHENTICATE PLAIN AHNoYXJlZEBjb250b3NvLmNvbQBw\r\n"),
               server_says("L1 OK [CAPABILITY IMAP4rev1 LITERAL+] in\r\n")};
  out.turns.insert(out.turns.end(), turns.begin(), turns.end());
  out.events.insert(out.events.end(), events.begin(), events.end());
  return out;
}

std::string take_outgoing(client_session& session) {
  std::string out;
  while (!session.outgoing().empty()) {
    const auto piece = session.outgoing();
    out += piece;
    session.sent(piece.size());
  }
  return out;
}

void feed(client_session& session, std::string_view octets, std::size_t step) {
  for (std::size_t at = 0; at < octets.size(); at += std::min(step, octets.size() - at)) {
    const auto piece = octets.substr(at, step);
    session.received({piece.data(), piece.size()});
  }
}

void play(const script& what, client_session& session, recorder& listener, std::size_t count, std::size_t step) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto& turn = what.turns[i];
    switch (turn.what) {
    case turn::kind::client:
      ASSERT_EQ(take_outgoing(session), turn.text) << "turn " << i;
      break;
    case turn::kind::server:
      ASSERT_EQ(session.outgoing(), "") << "turn " << i;
      feed(session, turn.text, step);
      break;
    case turn::kind::act:
      turn.act(session, listener);
      break;
    }
  }
}

namespace {

/// What can go wrong between any two turns, and whether the session must end by it.
struct mishap {
  const char* name;
  std::string words; ///< of the server; empty: the transport ends
};

const std::vector<mishap>& mishaps() {
  static const std::vector<mishap> all{{"the transport ends", ""},
                                       {"BYE", "* BYE Connection is closed. 13\r\n"},
                                       {"expiry", "* BYE Session invalidated - AccessTokenExpired\r\n"},
                                       {"raw line", "Server Unavailable. 15\r\n"},
                                       {"garbage", "\x16\x03\x01 garbage\r\n"},
                                       {"web server", "HTTP/1.1 400 Bad Request\r\n"},
                                       {"unknown tag", "A99999 OK done\r\n"},
                                       {"endless line", std::string(300'000, 'x')},
                                       {"huge literal", "* LIST () \"/\" {2147483648}\r\n"},
                                       {"huge body", "* 1 FETCH (BODY[] {999999999999}\r\n"}};
  return all;
}

void check_over(client_session& session, recorder& listener) {
  EXPECT_TRUE(session.closed());
  EXPECT_EQ(listener.closed.size(), 1U);
  EXPECT_EQ(session.waits_for(), waiting_for::nothing);
  EXPECT_EQ(session.commands_open(), 0U);
  EXPECT_EQ(session.outgoing(), "");
  EXPECT_EQ(session.buffered_bytes(), 0U);
  EXPECT_EQ(session.submit(noop_command{}).error().code, errc::cancelled);
  // Nothing follows, whatever happens.
  feed(session, "* 1 EXISTS\r\nA1 OK\r\n+ \r\n* BYE\r\n");
  session.end_idle();
  session.tls_established();
  session.transport_closed({errc::connection_lost, "again"});
  EXPECT_EQ(listener.closed.size(), 1U);
}

void check_mishap(const script& what, std::size_t turns, const mishap& bad) {
  SCOPED_TRACE(std::string{bad.name} + " after turn " + std::to_string(turns));
  recorder listener;
  client_session session{what.options, listener};
  play(what, session, listener, turns, std::string_view::npos);
  if (session.closed())
    return;
  feed(session, bad.words);
  if (!session.closed()) // while TLS shakes hands nothing is heard; inside a body everything is body
    session.transport_closed({errc::connection_lost, "reset"});
  check_over(session, listener);
  const auto code = listener.closed.empty() ? errc::internal : listener.closed[0].code;
  if (bad.words.empty()) {
    EXPECT_TRUE(code == errc::connection_lost || code == errc::cancelled) << to_string(code);
  }
}

/// NO and BAD to whatever is in flight must end the login, or be the fate of that command and nothing else.
void check_refusal(const script& what, std::size_t turns, const char* refusal) {
  SCOPED_TRACE(std::string{refusal} + " after turn " + std::to_string(turns));
  if (turns == 0 || what.turns[turns - 1].what != turn::kind::client)
    return;
  recorder listener;
  client_session session{what.options, listener};
  play(what, session, listener, turns, std::string_view::npos);
  const auto tag = what.turns[turns - 1].text.substr(0, what.turns[turns - 1].text.find_first_of(" \r"));
  if (tag == "DONE") // no tag; a BAD to it only means that it came too late
    return;
  const auto open = session.commands_open();
  feed(session, tag + " " + refusal + " refused\r\n");
  if (session.closed()) {
    check_over(session, listener);
    return;
  }
  EXPECT_TRUE(open == 0 || session.commands_open() == open - 1);
}

} // namespace

void check_script(const script& what) {
  for (const std::size_t step : {std::string_view::npos, std::size_t{1}, std::size_t{7}}) {
    SCOPED_TRACE("cut into " + std::to_string(step));
    recorder listener;
    client_session session{what.options, listener};
    play(what, session, listener, what.turns.size(), step);
    EXPECT_EQ(listener.events, what.events);
    EXPECT_EQ(session.outgoing(), "");
    if (session.closed())
      check_over(session, listener);
  }
  for (std::size_t turns = 0; turns < what.turns.size(); ++turns) {
    for (const auto& bad : mishaps())
      check_mishap(what, turns, bad);
    check_refusal(what, turns, "NO");
    check_refusal(what, turns, "BAD");
  }
}

} // namespace postroom::imap::testing
