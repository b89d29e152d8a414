#include "tests/protocol/smtp/scripted_session.hpp"

#include <gtest/gtest.h>

namespace postroom::smtp::testing {

void recorder::note(std::string event) {
  EXPECT_TRUE(closed.empty()) << "after the end: " << event;
  events.push_back(event);
  if (hook)
    hook(event);
}

void recorder::on_starttls() {
  note("starttls");
}

void recorder::on_ready(const server_info& info) {
  std::string event = "ready " + info.greeted_as;
  if (info.size)
    event += " SIZE " + std::to_string(info.size_max.value_or(0));
  const std::pair<bool, const char*> offers[] = {{info.pipelining, " PIPELINING"},
                                                 {info.dsn, " DSN"},
                                                 {info.chunking, " CHUNKING"},
                                                 {info.eight_bit, " 8BITMIME"},
                                                 {info.smtputf8, " SMTPUTF8"}};
  for (const auto& [offered, name] : offers)
    event += offered ? name : "";
  for (const auto& name : info.auth)
    event += " AUTH=" + name;
  note(event);
}

void recorder::on_envelope(const envelope_outcome& outcome) {
  EXPECT_TRUE(mail_open);
  mail_open = outcome.any_accepted();
  outcomes.push_back(outcome);
  std::string event = "envelope";
  if (outcome.refused)
    event += " refused " + std::string{to_string(*outcome.refused)};
  if (outcome.sender)
    event += " from " + std::to_string(outcome.sender->code) + " to";
  for (const auto& recipient : outcome.recipients)
    event += " " + std::to_string(recipient.code);
  note(event);
}

void recorder::on_body_wanted() {
  EXPECT_TRUE(mail_open);
  note("wanted");
}

void recorder::on_message_done(phase where, const reply& answer) {
  EXPECT_TRUE(mail_open) << "the mail's fate was told before";
  mail_open = false;
  note("done " + std::string{to_string(where)} + " " + to_string(answer));
}

void recorder::on_reset() {
  mail_open = false;
  note("reset");
}

void recorder::on_closed(const error& why, phase where, const std::optional<reply>& last) {
  note("closed " + to_string(why) + " @" + std::string{to_string(where)} +
       (last ? " [" + std::to_string(last->code) + "]" : ""));
  closed.push_back(why);
}

turn owner_does(std::function<void(client_session&, recorder&)> act) {
  return {turn::kind::act, "", std::move(act)};
}

turn owner_begins(envelope what) {
  return owner_does([what](client_session& session, recorder& listener) {
    listener.mail_open = true;
    EXPECT_TRUE(session.begin(what));
  });
}

turn owner_begins_body() {
  return owner_does([](client_session& session, recorder&) { session.begin_body(); });
}

turn owner_feeds(std::string octets) {
  return owner_does([octets](client_session& session, recorder&) { session.body(octets); });
}

turn owner_ends_body() {
  return owner_does([](client_session& session, recorder&) { session.end_body(); });
}

turn owner_resets() {
  return owner_does([](client_session& session, recorder&) { session.reset(); });
}

turn owner_quits() {
  return owner_does([](client_session& session, recorder&) { session.quit(); });
}

turn tls_comes_up() {
  return owner_does([](client_session& session, recorder&) { session.tls_established(); });
}

session_options options_for(login_method method, transport_security security) {
  return {.security = security,
          .method = method,
          .user = "shared@contoso.com",
          .token_or_password = secret<>{"eyJhbGciOiJub25lIn0.e30."},
          .host = "smtp.office365.com",
          .port = 587,
          .hello = "gw.test"};
}

envelope mail_to(std::vector<std::string> recipients) {
  return {.mail_from = "a@x.test", .recipients = std::move(recipients)};
}

namespace {

std::string hello_answer(const std::vector<std::string>& keywords) {
  std::string words = "250-mx.test hello\r\n";
  for (const auto& keyword : keywords)
    words += "250-" + keyword + "\r\n";
  return words + "250 HELP\r\n";
}

} // namespace

script ready_script(const std::vector<std::string>& keywords, std::vector<turn> turns,
                    std::vector<std::string> events) {
  script out{options_for(login_method::none), {}, {}};
  out.turns = {server_says("220 mx.test ESMTP\r\n"), client_says("EHLO gw.test\r\n"),
               server_says(hello_answer(keywords))};
  out.turns.insert(out.turns.end(), turns.begin(), turns.end());
  out.events = std::move(events);
  return out;
}

ready_session::ready_session(const std::vector<std::string>& keywords)
    : session{options_for(login_method::none), listener} {
  feed(session, "220 mx.test ESMTP\r\n");
  (void)take_outgoing(session);
  feed(session, hello_answer(keywords));
  listener.events.clear();
}

std::string take_outgoing(client_session& session) {
  std::string out;
  while (!session.outgoing().empty()) {
    const auto piece = session.outgoing();
    out += piece;
    session.sent(piece.size());
  }
  EXPECT_EQ(session.unsent(), 0U);
  return out;
}

void feed(client_session& session, std::string_view octets, std::size_t step) {
  for (std::size_t at = 0; at < octets.size(); at += std::min(step, octets.size() - at)) {
    const auto piece = octets.substr(at, step);
    session.received({piece.data(), piece.size()});
  }
}

namespace {

/// Plays the turns up to `count`, the server's words cut into pieces of `step` octets, and checks each of the client's.
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

/// What can go wrong between any two turns.
struct mishap {
  const char* name;
  std::string words; ///< of the server; empty: the transport ends
  bool ends = true;  ///< the session must end by it, unless TLS shakes hands
};

const std::vector<mishap>& mishaps() {
  static const std::vector<mishap> all{{"the transport ends", ""},
                                       {"421", "421 4.3.2 Service not active\r\n"},
                                       {"long 421", "421-4.7.0 too\r\n421 4.7.0 fast\r\n"},
                                       {"garbage", "\x16\x03\x01 garbage\r\n"},
                                       {"web server", "HTTP/1.1 400 Bad Request\r\n"},
                                       {"code that is none", "150 hm\r\n"},
                                       {"half a code", "25\r\n"},
                                       {"empty line", "\r\n"},
                                       {"changing codes", "250-a\r\n251 b\r\n"},
                                       {"endless line", std::string(10'000, '2')},
                                       {"endless reply",
                                        [] {
                                          std::string words;
                                          for (int i = 0; i < 200; ++i)
                                            words += "250-more\r\n";
                                          return words;
                                        }()},
                                       {"something to go on with", "399 go on\r\n"},
                                       {"refusal", "451 4.0.0 no\r\n", false},
                                       {"rejection", "550 5.0.0 no\r\n", false},
                                       {"a yes", "250 2.0.0 yes\r\n", false},
                                       {"flood", [] {
                                          std::string words;
                                          for (int i = 0; i < 5000; ++i)
                                            words += "250 yes\r\n";
                                          return words;
                                        }()}};
  return all;
}

void check_over(client_session& session, recorder& listener) {
  EXPECT_TRUE(session.closed());
  EXPECT_EQ(listener.closed.size(), 1U);
  EXPECT_EQ(session.waits_for(), waiting_for::nothing);
  EXPECT_EQ(session.outgoing(), "");
  EXPECT_EQ(session.unsent(), 0U);
  EXPECT_EQ(session.begin(mail_to()).error().code, errc::cancelled);
  // Nothing follows, whatever happens.
  feed(session, "250 ok\r\n354 go\r\n421 bye\r\n");
  session.begin_body();
  session.body("x");
  session.end_body();
  session.reset();
  session.quit();
  session.tls_established();
  session.transport_closed({errc::connection_lost, "again"});
  EXPECT_EQ(session.outgoing(), "");
  EXPECT_EQ(listener.closed.size(), 1U);
}

void check_mishap(const script& what, std::size_t turns, const mishap& bad) {
  SCOPED_TRACE(std::string{bad.name} + " after turn " + std::to_string(turns));
  recorder listener;
  client_session session{what.options, listener};
  play(what, session, listener, turns, std::string_view::npos);
  if (session.closed())
    return;
  if (turns != 0 && what.turns[turns - 1].what == turn::kind::act)
    (void)take_outgoing(session);
  feed(session, bad.words);
  if (!bad.words.empty() && bad.ends) {
    EXPECT_TRUE(session.closed());
  }
  if (!session.closed())
    session.transport_closed({errc::connection_lost, "reset"});
  check_over(session, listener);
  EXPECT_EQ(listener.events.back().find("eyJ"), std::string::npos);
  if (bad.words.empty()) {
    const auto code = listener.closed.at(0).code;
    EXPECT_TRUE(code == errc::connection_lost || code == errc::cancelled) << to_string(code);
  }
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
  for (std::size_t turns = 0; turns < what.turns.size(); ++turns)
    for (const auto& bad : mishaps())
      check_mishap(what, turns, bad);
}

} // namespace postroom::smtp::testing
