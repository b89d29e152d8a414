#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"
#include "protocol/imap/command.hpp"
#include "protocol/imap/quirks.hpp"
#include "protocol/imap/response.hpp"

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::imap {

enum class transport_security : std::uint8_t {
  tls,      ///< implicit TLS: the transport is secure before the greeting
  starttls, ///< upgrade after the greeting; refused when the server does not offer it
  plain,    ///< no TLS at all; only for loopback in tests and demonstrations
};

enum class login_method : std::uint8_t { automatic, xoauth2, oauthbearer, plain };

struct session_options {
  transport_security security = transport_security::tls;
  login_method method = login_method::automatic; ///< automatic: OAUTHBEARER if offered, else XOAUTH2 (m365 §2.2)
  std::string user;
  secret<> token_or_password;
  std::string host; ///< for OAUTHBEARER
  std::uint16_t port = 993;
  std::vector<std::pair<std::string, std::string>> id; ///< what ID tells of us; empty: do not send ID
};

/// What is known of the server once the session is ready.
struct session_info {
  std::vector<std::string> capabilities; ///< upper case, as of after login
  [[nodiscard]] bool has(std::string_view capability) const;
};

/// How a command ended.
struct command_outcome {
  ticket id = 0;
  status_kind kind = status_kind::ok; ///< ok, no, bad
  std::optional<response_code> code;
  std::string text;
};

/// What a session tells its owner, synchronously, from inside `received()` and the other calls. An implementation may
/// call `submit()` and `end_idle()` from inside a callback, nothing else.
class session_listener {
public:
  virtual ~session_listener() = default;
  /// Send STARTTLS was accepted: run the handshake, then call `tls_established()`. Bytes read meanwhile are TLS's.
  virtual void on_starttls() = 0;
  /// Logged in; commands flow from now on.
  virtual void on_ready(const session_info& info) = 0;
  virtual void on_command_done(const command_outcome& outcome) = 0;
  /// Untagged data that is not part of the session's own dialogue: exists, expunge, fetch, list, search, status …
  /// For FETCH with a streamed body this comes after the body's last octet.
  virtual void on_data(const response& data) = 0;
  /// A `BODY[]` of `bytes` octets begins; the message's number is known, its UID perhaps only later.
  virtual void on_body_begin(std::uint32_t sequence, std::uint64_t bytes) = 0;
  /// The next octets of that body; the view is valid during the call only.
  virtual void on_body_data(std::string_view octets) = 0;
  /// IDLE was accepted (`+`).
  virtual void on_idling() = 0;
  /// The session is over, by error or (errc::cancelled) after a LOGOUT we asked for. Nothing follows. The codes:
  /// auth_rejected, mailbox_not_connected, session_expired, throttled, server_bye, protocol_violation, too_large,
  /// tls_failed (STARTTLS not offered or refused).
  virtual void on_closed(const error& why) = 0;
};

/// What the session waits for, hence how long the driver may wait for the next byte.
enum class waiting_for : std::uint8_t { greeting, login, answer, rest_of_answer, idle_end, idle_traffic, nothing };

/// The client's side of an IMAP conversation as a state machine. Performs no I/O, reads no clock, starts no thread.
/// Not thread-safe. Order of a session: greeting → CAPABILITY → (STARTTLS → CAPABILITY) → AUTHENTICATE → CAPABILITY →
/// ID (if offered) → ready. What it holds while idle is small: buffers are released when nothing is half-read.
class client_session {
public:
  client_session(session_options options, session_listener& listener);
  ~client_session();
  client_session(client_session&&) noexcept;
  client_session& operator=(client_session&&) noexcept = delete;

  /// Queues a command; it is sent as soon as the dialogue allows (pipelined where that is unambiguous). Its fate comes
  /// as on_command_done with the ticket. Fails (errc::too_large) when its line exceeds the limit, (errc::cancelled)
  /// when the session is over.
  [[nodiscard]] result<ticket> submit(command what);
  /// Ends IDLE by DONE; does nothing when not idling. The idle command's outcome follows.
  void end_idle();

  /// The next octets to be sent; empty: none. The view is valid until the next call of any member.
  [[nodiscard]] std::string_view outgoing() const;
  /// Tells that the next `bytes` octets were sent; there may be more behind those that `outgoing()` showed.
  void sent(std::size_t bytes);

  /// Feeds octets from the transport, in any cut. After on_closed they are ignored.
  void received(std::span<const char> octets);
  void tls_established();
  /// The transport ended or failed: closes the session with errc::connection_lost (or what fits better, e.g. a BYE
  /// seen just before).
  void transport_closed(error why);

  [[nodiscard]] waiting_for waits_for() const;
  /// DONE was sent and IDLE is not answered, whatever else is being heard: also while waits_for() is rest_of_answer.
  [[nodiscard]] bool leaving_idle() const;
  /// Commands sent or queued whose outcome is open.
  [[nodiscard]] std::size_t commands_open() const;
  [[nodiscard]] bool closed() const;
  /// Bytes of heap held by buffers, for tests of the idle footprint.
  [[nodiscard]] std::size_t buffered_bytes() const;
  /// Deviations from the grammar tolerated so far, for logs and metrics.
  [[nodiscard]] quirks quirks_seen() const;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace postroom::imap
