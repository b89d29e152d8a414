#pragma once

#include "protocol/imap/client_session.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::imap::testing {

/// Writes down what a session tells, one line each; a body's octets are gathered in `body`.
class recorder final : public session_listener {
public:
  void on_starttls() override;
  void on_ready(const session_info& info) override;
  void on_command_done(const command_outcome& outcome) override;
  void on_data(const response& data) override;
  void on_body_begin(std::uint32_t sequence, std::uint64_t bytes) override;
  void on_body_data(std::string_view octets) override;
  void on_idling() override;
  void on_closed(const error& why) override;

  std::vector<std::string> events;
  std::string body;
  std::vector<error> closed;
  std::function<void(const std::string& event)> hook; ///< called with every event, e.g. to submit from inside

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
[[nodiscard]] turn owner_submits(command what);
[[nodiscard]] turn tls_comes_up();

struct script {
  session_options options;
  std::vector<turn> turns;
  std::vector<std::string> events; ///< all events of the whole script
};

[[nodiscard]] session_options options_for(login_method method);

/// A script that begins with a login (password "p", capabilities IMAP4REV1 and LITERAL+).
[[nodiscard]] script ready_script(std::vector<turn> turns, std::vector<std::string> events);

/// Takes everything there is to send.
[[nodiscard]] std::string take_outgoing(client_session& session);
void feed(client_session& session, std::string_view octets, std::size_t step = std::string_view::npos);

/// Plays the turns up to `count`, the server's words cut into pieces of `step` octets, and checks each of the client's.
void play(const script& what, client_session& session, recorder& listener, std::size_t count, std::size_t step);

/// Plays the whole script uncut, byte by byte, and then again with each kind of failure at every step.
void check_script(const script& what);

} // namespace postroom::imap::testing
