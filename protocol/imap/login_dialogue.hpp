#pragma once

#include "base/error.hpp"
#include "base/secret.hpp"
#include "protocol/imap/client_session.hpp"
#include "protocol/sasl/client.hpp"

#include <optional>
#include <string>
#include <vector>

namespace postroom::imap {

/// What the session must do next in its login.
struct login_step {
  enum class action : std::uint8_t {
    wait,      ///< read more
    send,      ///< send `line`, then read
    start_tls, ///< run the handshake, then on_tls()
    ready,     ///< logged in
    failed,    ///< close with `why`
  };
  action next = action::wait;
  secret<> line;
  error why;
};

/// From the greeting until commands flow:
///
///   greeting ──> capability ──> starttls ──> handshake ──> capability
///      │ PREAUTH      │                                        │
///      │ (TLS only)   └──────────> authenticate <──────────────┘
///      └───────────────────┐            │
///                          v            v
///                     capability again (unless the server told it) ──> ID (if offered) ──> ready
///
/// Where ID was offered before the login it is sent in one breath with the second CAPABILITY: a round trip less.
///
/// What a server says before TLS is used for nothing but to find STARTTLS (RFC 9051 §6.2.1, §11.1). Dropped with its
/// secrets when the login is over.
class login_dialogue {
public:
  explicit login_dialogue(session_options options) : options_(std::move(options)) {}

  /// Takes a response. BYE and raw lines are the session's business and do not come here.
  [[nodiscard]] login_step on_response(const response& value);
  [[nodiscard]] login_step on_tls();
  [[nodiscard]] bool greeted() const { return state_ != state::greeting; }
  [[nodiscard]] std::vector<std::string>& capabilities() { return capabilities_.names; }
  /// Hides in a server's words what they repeat of our secret: some quote the line they do not like.
  [[nodiscard]] std::string without_secrets(std::string text) const;

private:
  enum class state : std::uint8_t { greeting, capability, starttls, handshake, authenticate, capability_again, id };
  struct known_capabilities {
    std::vector<std::string> names;
    bool fresh = false; ///< told since the last change of state that voids them
  };

  login_step on_greeting(const status_response& answer);
  login_step on_tagged(const status_response& answer);
  login_step on_refusal(const status_response& answer);
  login_step on_plus(const continuation& challenge);
  login_step after_capability();
  login_step authenticate();
  login_step after_login();
  login_step send_id();
  [[nodiscard]] result<std::string> next_id_line();
  login_step ask_capability_and_id();
  login_step on_early_id(const status_response& answer);
  login_step ask_capability(state next);
  login_step send_command(std::string_view text);
  login_step send_response();
  void note_capabilities(const status_response& answer);
  [[nodiscard]] bool offers(std::string_view capability) const;

  session_options options_;
  state state_ = state::greeting;
  bool tls_up_ = false;
  bool initial_sent_ = false;
  bool cancelled_ = false;
  std::uint32_t commands_ = 0;
  std::uint32_t challenges_ = 0;
  std::string tag_;
  std::string early_id_tag_; ///< of the ID that went along with CAPABILITY, until it is answered
  bool id_was_offered_ = false;
  bool id_sent_ = false;
  known_capabilities capabilities_;
  std::optional<sasl::client> sasl_;
  secret<> sent_; ///< the initial response as it was sent
};

} // namespace postroom::imap
