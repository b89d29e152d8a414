#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace postroom {

/// What went wrong, as a stable code. The text form (`to_string`) is part of the API: never renamed, never reused.
/// Values start at 1 because 0 means success to CAF.
enum class errc : std::uint8_t {
  /// A caller's request or a configuration value is malformed.
  invalid_argument = 1,
  /// The thing asked for does not exist.
  not_found,
  /// It exists already, or was changed by somebody else in between.
  conflict,
  /// The caller has not proved who it is.
  unauthenticated,
  /// The caller may not do this.
  forbidden,
  /// A limit of ours was exceeded by a request or an answer.
  too_large,
  /// Too many requests or too much queued work; try again later.
  busy,
  /// A deadline passed.
  timeout,
  /// The work was given up because we are stopping or it is no longer wanted.
  cancelled,
  /// A bug: something that must not happen did.
  internal,
  /// The store failed or cannot be reached.
  store_unavailable,
  /// The store's content is damaged or of an unknown version.
  store_corrupt,
  /// Nobody may write for this shard any more: another owner took over.
  store_fenced,
  /// The disk is full.
  disk_full,
  /// Sealed data cannot be opened: the key is wrong or missing.
  wrong_key,
  /// The host name cannot be resolved.
  dns_failed,
  /// The TCP connection was refused or could not be made.
  connect_failed,
  /// The connection ended unexpectedly.
  connection_lost,
  /// The TLS handshake failed, or the certificate is not trusted.
  tls_failed,
  /// The peer broke the protocol's grammar or order.
  protocol_violation,
  /// The mail server refused the login.
  auth_rejected,
  /// Signed in, but the mailbox could not be opened (Exchange: "User is authenticated but not connected").
  mailbox_not_connected,
  /// The server ended the session because the access token expired.
  session_expired,
  /// The server asks us to slow down.
  throttled,
  /// The server refused a command.
  command_refused,
  /// The server said goodbye.
  server_bye,
  /// The folder does not exist or cannot be selected.
  folder_unavailable,
  /// The application registration is wrong: secret, certificate, ids or permissions.
  app_misconfigured,
  /// The grant (refresh token) is dead; the delegate must sign in again.
  grant_dead,
  /// The user must act interactively (MFA, consent, password) but the grant stays usable.
  user_action_required,
  /// A policy of the customer's directory forbids it; an administrator must act.
  blocked_by_policy,
  /// The identity platform has a passing fault.
  identity_unavailable,
  /// A message could not be parsed or crashed the parser; it is quarantined.
  message_quarantined,
  /// The server no longer has the body and our copy has expired.
  body_gone,
  /// The signature or certificate of an identity token does not check.
  signature_invalid,
  /// An Idempotency-Key came again with another request.
  key_reused,
};

/// Number of codes, for tables and metrics indexed by errc.
inline constexpr std::size_t errc_count = static_cast<std::size_t>(errc::key_reused) + 1;

/// Who must act on an error.
enum class actor_role : std::uint8_t {
  gateway,         ///< Postroom itself; nobody needs to do anything.
  caller,          ///< The application that made the request.
  operators,       ///< Whoever runs Postroom.
  user,            ///< The delegate: sign in again.
  directory_admin, ///< The customer's Entra administrator.
  exchange_admin,  ///< The customer's Exchange administrator.
  developer,       ///< A bug of ours.
};

/// A failure as data. `detail` is for people and may quote a server's words; it never holds a secret.
struct error {
  errc code = errc::internal;
  std::string detail;
  /// The key of the case in the table of known errors (protocol/knowledge), when it is one: a literal. It knows more
  /// than the code does about what it means, who must act and what helps.
  std::string_view cause{};
};

/// The stable name of a code: `mailbox_not_connected`.
[[nodiscard]] std::string_view to_string(errc code) noexcept;
/// One sentence that says what the code means.
[[nodiscard]] std::string_view meaning(errc code) noexcept;
/// One sentence that says what to do about it.
[[nodiscard]] std::string_view remedy(errc code) noexcept;
/// Who must act, by default; a finer table may know better.
[[nodiscard]] actor_role who_acts(errc code) noexcept;
/// `gateway`, `caller`, `operator`, `user`, `directory_admin`, `exchange_admin`, `developer`.
[[nodiscard]] std::string_view to_string(actor_role role) noexcept;
/// `code: detail`, for logs and the command line.
[[nodiscard]] std::string to_string(const error& e);

} // namespace postroom
