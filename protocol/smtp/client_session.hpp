#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"
#include "protocol/smtp/failure_table.hpp"
#include "protocol/smtp/reply.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::smtp {

enum class transport_security : std::uint8_t {
  tls,      ///< implicit TLS (RFC 8314): the transport is secure before the greeting
  starttls, ///< upgrade after the first EHLO; refused when the server does not offer it
  plain,    ///< no TLS at all; only for loopback in tests and demonstrations
};

enum class login_method : std::uint8_t {
  automatic, ///< XOAUTH2 if offered, else OAUTHBEARER
  xoauth2,
  oauthbearer,
  plain,
  none, ///< no login: a relay that trusts our address
};

struct session_options {
  transport_security security = transport_security::starttls;
  login_method method = login_method::automatic;
  std::string user; ///< the delegate
  secret<> token_or_password;
  std::string host; ///< connected to, for OAUTHBEARER
  std::uint16_t port = 587;
  std::string hello = "[127.0.0.1]"; ///< how EHLO names us: a domain or an address literal
};

/// What the server offers, as told by the EHLO in force.
struct server_info {
  std::string greeted_as;                ///< first word of that answer, the server's name
  std::optional<std::uint64_t> size_max; ///< SIZE with a limit; nothing: none told
  bool size = false;                     ///< SIZE is offered, with or without a limit
  bool pipelining = false;
  bool dsn = false;
  bool chunking = false;
  bool eight_bit = false;
  bool smtputf8 = false;
  std::vector<std::string> auth; ///< mechanisms
};

/// One mail's envelope.
struct envelope {
  std::string mail_from; ///< `addr-spec` without angle brackets; empty: the null path
  std::vector<std::string> recipients;
  std::uint64_t size = 0;  ///< octets of the mail; told by SIZE= where offered
  bool eight_bit = false;  ///< it has octets above 127: BODY=8BITMIME
  bool utf8 = false;       ///< addresses or headers need SMTPUTF8 (RFC 6531)
  std::string envelope_id; ///< DSN ENVID where offered; empty: none
  bool chunked = false; ///< send it by BDAT where offered (RFC 3030): large ones, which then are not searched for dots
};

/// How the server took an envelope.
struct envelope_outcome {
  std::optional<reply> sender;   ///< nothing: refused by ourselves, see `refused`
  std::vector<reply> recipients; ///< one per recipient, in order; empty when the sender was refused
  /// Set when the session itself refuses: the mail exceeds SIZE, or needs what the server does not offer.
  std::optional<failure_class> refused;
  [[nodiscard]] bool any_accepted() const noexcept;
};

/// What a session tells its owner, synchronously, from inside `received()` and the other calls. An implementation may
/// call the session's commands from inside a callback, but not `received()` or `transport_closed()`.
class session_listener {
public:
  virtual ~session_listener() = default;
  /// STARTTLS was accepted: run the handshake, then call `tls_established()`.
  virtual void on_starttls() = 0;
  /// Logged in; a mail may begin.
  virtual void on_ready(const server_info& info) = 0;
  /// Answers begin(). When any recipient was accepted: begin_body() or reset(); otherwise the session has already sent
  /// RSET if one was needed, and is ready for the next mail.
  virtual void on_envelope(const envelope_outcome& outcome) = 0;
  /// Answers begin_body(): feed the mail with body(), then end_body().
  virtual void on_body_wanted() = 0;
  /// Answers begin_body() when the server refuses DATA (`where` is phase::data), or end_body() (phase::message): the
  /// last word on this mail; ready for the next one. May come before end_body() when the server refuses a BDAT chunk;
  /// what is fed afterwards is dropped. A refusal in the middle of DATA is told likewise, and on_closed follows at
  /// once: there is no other way out of a mail half sent.
  virtual void on_message_done(phase where, const reply& answer) = 0;
  /// Answers reset().
  virtual void on_reset() = 0;
  /// The session is over. Nothing follows. `last` is the reply that ended it, if one did; `where` its place.
  /// Codes: auth_rejected, throttled, server_bye (421, or a 5xx greeting), protocol_violation, too_large, tls_failed,
  /// connection_lost, cancelled (after quit()).
  virtual void on_closed(const error& why, phase where, const std::optional<reply>& last) = 0;
};

/// What the session waits for, hence how long the driver may wait for the next octet (RFC 5321 §4.5.3.2).
enum class waiting_for : std::uint8_t {
  greeting,
  login,    ///< EHLO, STARTTLS, AUTH
  envelope, ///< MAIL, RCPT, RSET, QUIT
  data,     ///< the 354 after DATA
  verdict,  ///< the answer to the final dot or a BDAT chunk
  nothing,  ///< ours is the next move
};

/// The client's side of an SMTP conversation as a state machine (RFC 5321, 3207, 4954, 1870, 2920, 3030, 6152, 6531,
/// 3461, 2034). Performs no I/O, reads no clock, starts no thread. Not thread-safe.
///
///   greeting → EHLO → (STARTTLS → EHLO) → AUTH → ready ⇄ MAIL RCPT… → DATA | BDAT → body → verdict → ready
///
/// MAIL and RCPT are pipelined where offered. The initial response of a login goes in the AUTH line when the line fits
/// 12,288 octets, which every server must take (RFC 4954 §4), otherwise after the 334. BDAT is used when CHUNKING and
/// PIPELINING are offered. An answer that nothing awaits ends the session: it would be taken for the next one's.
class client_session {
public:
  client_session(session_options options, session_listener& listener);
  ~client_session();
  client_session(const client_session&) = delete;
  client_session& operator=(const client_session&) = delete;

  /// Starts a mail; one at a time. `invalid_argument` when an address could break the command (CR, LF, NUL, brackets,
  /// spaces outside quotes, too long), `too_large` beyond limits::smtp_recipients_max, `conflict` when one is under
  /// way, or before on_ready, `cancelled` when the session is over. What the server cannot carry is told by
  /// on_envelope, from inside.
  [[nodiscard]] result<void> begin(const envelope& what);
  void begin_body();
  /// The next octets of the mail, CRLF line ends, in any cut. Dots are stuffed here. When the mail does not end with
  /// CRLF one is added.
  void body(std::string octets);
  /// The mail is complete: the final dot, or BDAT LAST. Until this call the server cannot take it.
  void end_body();
  /// Gives up the envelope, decided or under way; nothing from begin_body() on (then close the transport).
  void reset();
  /// QUIT; on_closed(cancelled) follows when the server answers or hangs up, after the verdict if one is awaited. At
  /// once before on_ready and inside a body, where the server would not understand.
  void quit();

  /// The next octets to be sent; empty: none. The view is valid until the next call of any member.
  [[nodiscard]] std::string_view outgoing() const;
  void sent(std::size_t bytes);
  /// Octets that are not sent yet; inside a body those given to body().
  [[nodiscard]] std::size_t unsent() const noexcept;

  void received(std::span<const char> octets);
  void tls_established();
  void transport_closed(error why);

  [[nodiscard]] waiting_for waits_for() const;
  /// Whole replies heard so far: octets that trickle in without making one are no sign of life.
  [[nodiscard]] std::uint64_t replies() const noexcept;
  [[nodiscard]] bool closed() const;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace postroom::smtp
