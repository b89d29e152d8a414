#pragma once

#include "protocol/sasl/client.hpp"
#include "protocol/smtp/client_session.hpp"
#include "protocol/smtp/extensions.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace postroom::smtp {

/// What the session must do next in its login.
struct login_step {
  enum class action : std::uint8_t {
    send,      ///< send `line`, then read
    start_tls, ///< run the handshake, then on_tls()
    ready,     ///< logged in
    failed,    ///< close with `why`
  };
  action next = action::send;
  secret<> line;
  error why;
};

/// From the greeting until mails may be sent:
///
///   greeting ──> hello ──> starttls ──> handshake ──> hello ──> authenticate ──> ready
///                  └────── TLS is up already, or none is wanted ─────┘
///
/// What a server says before TLS is used for nothing but to find STARTTLS (RFC 3207 §4.2). Dropped with its secrets
/// when the login is over.
class login_dialogue {
public:
  explicit login_dialogue(session_options options) : options_(std::move(options)) {}

  /// Takes a reply, but for 421, which is the session's business.
  [[nodiscard]] login_step on_reply(const reply& answer);
  [[nodiscard]] login_step on_tls();
  [[nodiscard]] bool greeted() const { return state_ != state::greeting; }
  [[nodiscard]] phase where() const;
  [[nodiscard]] server_info& server() { return hello_.info; }
  /// Hides in a server's words what they repeat of our secret: some quote the line they do not like.
  [[nodiscard]] std::string without_secrets(std::string text) const;

private:
  enum class state : std::uint8_t { greeting, hello, starttls, handshake, authenticate };

  login_step say_hello();
  login_step on_hello(const reply& answer);
  login_step authenticate();
  login_step on_challenge(const reply& answer);
  login_step on_login_answer(const reply& answer);
  login_step send_response(std::string_view before, std::string_view response);
  [[nodiscard]] result<sasl::mechanism> choose() const;

  session_options options_;
  state state_ = state::greeting;
  bool tls_up_ = false;
  bool initial_sent_ = false;
  bool cancelled_ = false;
  hello_answer hello_;
  std::optional<sasl::client> sasl_;
  secret<> sent_; ///< the initial response as it was sent
};

/// The code of the error that ends a session for this refusal.
[[nodiscard]] errc ending_code(phase where, const reply& answer) noexcept;

} // namespace postroom::smtp
