#pragma once

#include "protocol/smtp/client_session.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::smtp::testing {

/// Writes down what a session tells, one line each, and watches that nothing is told that must not be.
class recorder final : public session_listener {
public:
  void on_starttls() override;
  void on_ready(const server_info& info) override;
  void on_envelope(const envelope_outcome& outcome) override;
  void on_body_wanted() override;
  void on_message_done(phase where, const reply& answer) override;
  void on_reset() override;
  void on_closed(const error& why, phase where, const std::optional<reply>& last) override;

  std::vector<std::string> events;
  std::vector<envelope_outcome> outcomes;
  std::vector<error> closed;
  std::function<void(const std::string& event)> hook; ///< called with every event, e.g. to act from inside
  bool mail_open = false;                             ///< begun, and its fate not told

private:
  void note(std::string event);
};

/// One turn of a conversation.
struct turn {
  enum class kind { client, server, act };
  kind what = kind::server;
  std::string text;                                    ///< what is sent or received
  std::function<void(client_session&, recorder&)> act; ///< or what the owner does
};

[[nodiscard]] inline turn client_says(std::string text) {
  return {turn::kind::client, std::move(text), {}};
}
[[nodiscard]] inline turn server_says(std::string text) {
  return {turn::kind::server, std::move(text), {}};
}
[[nodiscard]] turn owner_does(std::function<void(client_session&, recorder&)> act);
[[nodiscard]] turn owner_begins(envelope what);
[[nodiscard]] turn owner_begins_body();
[[nodiscard]] turn owner_feeds(std::string octets);
[[nodiscard]] turn owner_ends_body();
[[nodiscard]] turn owner_resets();
[[nodiscard]] turn owner_quits();
[[nodiscard]] turn tls_comes_up();

struct script {
  session_options options;
  std::vector<turn> turns;
  std::vector<std::string> events; ///< all events of the whole script
};

[[nodiscard]] session_options options_for(login_method method, transport_security security = transport_security::tls);

/// From a to b, and to more.
[[nodiscard]] envelope mail_to(std::vector<std::string> recipients = {"b@y.test"});

/// A script that begins with a login that needs no password; the server offers `keywords`.
[[nodiscard]] script ready_script(const std::vector<std::string>& keywords, std::vector<turn> turns,
                                  std::vector<std::string> events);

/// A session that has just logged in.
struct ready_session {
  explicit ready_session(const std::vector<std::string>& keywords);
  recorder listener;
  client_session session;
};

/// Takes everything there is to send.
[[nodiscard]] std::string take_outgoing(client_session& session);
void feed(client_session& session, std::string_view octets, std::size_t step = std::string_view::npos);

/// Plays the whole script uncut, byte by byte, and then again with each kind of failure at every step.
void check_script(const script& what);

} // namespace postroom::smtp::testing
