#pragma once

#include "base/clock.hpp"
#include "sim/identity/registry.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// How the submission servers talk: Exchange Online's, Gmail's, and one like Postfix with Dovecot. Pure.
namespace postroom::sim {

/// What a server answers; each face has words of its own for it.
enum class smtp_reply : std::uint8_t {
  // Going on
  starttls_ready,
  signed_in,
  sender_ok,
  recipient_ok,
  start_mail,
  chunk_ok,
  reset_ok,
  noop_ok,
  cannot_verify,
  bye,

  // The client does not know how to behave
  unknown_command,
  line_too_long,
  bad_sequence,
  bad_arguments,
  bad_hello,
  sender_again,
  need_sender,
  need_recipient,
  need_bdat,
  bad_sender,
  bad_recipient,
  bad_parameter,
  too_many_recipients,
  too_many_errors,
  too_many_clients,

  // Logins
  login_needed,
  login_cancelled,
  unknown_mechanism,
  credentials_refused, ///< the token, or the user it is used for
  passwords_refused,   ///< AUTH LOGIN or PLAIN where only tokens count
  disabled_for_tenant,
  disabled_for_mailbox,
  security_defaults,

  // Mails
  too_large,
  unavailable,
  too_many_connections,
  too_fast,
  quota_exceeded,
  send_as_denied,
  no_author,      ///< no From field
  bare_line_feed, ///< a line end of LF alone
};
inline constexpr std::size_t smtp_replies = static_cast<std::size_t>(smtp_reply::bare_line_feed) + 1;

/// What stands in many answers of a session.
struct reply_context {
  std::string_view session; ///< its id
  wall_time now{};
};

/// How the server calls itself.
[[nodiscard]] std::string_view host_of(service face);
/// One line or several, without the last one's CR LF.
[[nodiscard]] std::string reply_text(service face, smtp_reply reply, const reply_context& context);
/// With CR LF.
[[nodiscard]] std::string greeting_text(service face, const reply_context& context);
/// The answer to EHLO, with CR LF. `offers_tls`: STARTTLS is offered in place of AUTH.
[[nodiscard]] std::string hello_text(service face, bool offers_tls, std::size_t size_max);
/// The answer to HELO, without CR LF.
[[nodiscard]] std::string short_hello_text(service face);
/// The last word on a mail that is taken, without CR LF. `message_id`: the one in force.
[[nodiscard]] std::string taken_text(service face, std::string_view message_id, const reply_context& context);

/// The challenge before the refusal of a token, decoded JSON; empty: the face refuses at once (Exchange).
[[nodiscard]] std::string refusal_challenge(service face);
/// Whether tokens are taken by OAUTHBEARER (RFC 7628), and passwords by PLAIN (RFC 4616) and LOGIN.
[[nodiscard]] bool takes_oauthbearer(service face);
[[nodiscard]] bool takes_passwords(service face);
/// No mail may be larger: the scenario's limit, or the face's own where that is smaller.
[[nodiscard]] std::size_t mail_bytes_max_of(service face, std::size_t planned);
[[nodiscard]] std::size_t recipients_max_of(service face, std::size_t planned);

} // namespace postroom::sim
