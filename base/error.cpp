#include "base/error.hpp"

#include <array>

namespace postroom {
namespace {

struct entry {
  std::string_view name;
  actor_role who;
  std::string_view meaning;
  std::string_view remedy;
};

using enum actor_role;

// Indexed by errc; index 0 is "no error" and never shown.
constexpr std::array<entry, errc_count> catalogue{{
    {"ok", gateway, "No error.", "Nothing to do."},
    {"invalid_argument", caller, "A value is malformed or not allowed.", "Correct the value named in the detail."},
    {"not_found", caller, "There is no such thing.", "Check the identifier; list the collection to see what exists."},
    {"conflict", caller, "It exists already, was changed in between, or its state does not allow it.",
     "Do what the detail says; if it was changed in between, read it again and repeat."},
    {"unauthenticated", caller, "No valid API token was given.",
     "Send 'Authorization: Bearer <token>'; make a token with 'postroom token create'."},
    {"forbidden", caller, "The API token does not allow this.",
     "Use a token whose tenant and scope cover the request."},
    {"too_large", caller, "A size limit was exceeded.", "Send less, or raise the limit named in the detail."},
    {"busy", caller, "Too much work is waiting.", "Repeat the request after the time in Retry-After."},
    {"timeout", gateway, "The other side did not answer in time.", "Postroom tries again by itself."},
    {"cancelled", gateway, "The work was given up.", "Repeat it if it is still wanted."},
    {"internal", developer, "Something happened that must not happen.", "Report it with the log lines around it."},
    {"store_unavailable", operators, "The store failed or cannot be reached.",
     "Check the data directory's disk and permissions, then the log."},
    {"store_corrupt", operators, "Stored data is damaged or from another version.",
     "Stop, set the data directory aside, and put back the newest copy of it."},
    {"store_fenced", gateway, "Another owner has taken over this shard.", "Nothing; the new owner goes on."},
    {"disk_full", operators, "The disk is full.", "Free space on the data directory's file system; nothing is lost."},
    {"wrong_key", operators, "Sealed data cannot be opened with the keys given.",
     "Start with the key file that was used when the data was written."},
    {"dns_failed", operators, "The host name cannot be resolved.", "Check the name and the resolver."},
    {"connect_failed", operators, "No TCP connection could be made.", "Check host, port and firewall."},
    {"connection_lost", gateway, "The connection ended unexpectedly.", "Postroom reconnects by itself."},
    {"tls_failed", operators, "TLS failed or the certificate is not trusted.",
     "Check the host name and the provider's CA file; verification cannot be switched off."},
    {"protocol_violation", gateway, "The server broke the protocol.", "Postroom reconnects; report it if it stays."},
    {"auth_rejected", operators, "The mail server refused the login.",
     "Check user name, delegate and permissions of the mailbox; Postroom fetches a fresh token first."},
    {"mailbox_not_connected", exchange_admin, "The login was accepted but the mailbox could not be opened.",
     "Check that IMAP is enabled for the mailbox, that the delegate has Full Access, and the address's spelling."},
    {"session_expired", gateway, "The server ended the session because the access token expired.",
     "Nothing; Postroom reconnects with a new token."},
    {"throttled", gateway, "The server asks us to slow down.", "Nothing; Postroom waits as told."},
    {"command_refused", operators, "The mail server refused a command.", "See the server's words in the detail."},
    {"server_bye", gateway, "The server ended the session.", "Postroom reconnects by itself."},
    {"folder_unavailable", operators, "The folder does not exist or cannot be opened.",
     "Correct the account's folder, or create it on the server."},
    {"app_misconfigured", operators, "The application registration is wrong.",
     "Check application id, directory id and client secret of the provider; an expired secret must be replaced."},
    {"grant_dead", user, "The sign-in is no longer valid.", "The delegate must sign in again."},
    {"user_action_required", user, "The user must act interactively.",
     "The delegate must sign in again (MFA, consent)."},
    {"blocked_by_policy", directory_admin, "A policy of the directory forbids it.",
     "The directory's administrator finds the reason in the sign-in log and excludes the application."},
    {"identity_unavailable", gateway, "The identity platform has a passing fault.", "Postroom tries again by itself."},
    {"message_quarantined", operators, "A message could not be processed and was set aside with its raw bytes.",
     "Look at it under the account's quarantine; the mailbox goes on."},
    {"body_gone", caller, "The server no longer has the message and our copy has expired.",
     "It cannot be had any more."},
    {"signature_invalid", operators, "A signature does not check.",
     "Check the provider's discovery address and clock."},
    {"key_reused", caller, "This Idempotency-Key was used for another request.",
     "Use a new key for each request, and the same one only to repeat it."},
}};

constexpr const entry& find(errc code) noexcept {
  const auto index = static_cast<std::size_t>(code);
  return catalogue[index < catalogue.size() ? index : static_cast<std::size_t>(errc::internal)];
}

} // namespace

std::string_view to_string(errc code) noexcept {
  return find(code).name;
}

std::string_view meaning(errc code) noexcept {
  return find(code).meaning;
}

std::string_view remedy(errc code) noexcept {
  return find(code).remedy;
}

actor_role who_acts(errc code) noexcept {
  return find(code).who;
}

std::string_view to_string(actor_role role) noexcept {
  constexpr std::array<std::string_view, 7> names{"gateway",         "caller",         "operator", "user",
                                                  "directory_admin", "exchange_admin", "developer"};
  return names[static_cast<std::size_t>(role)];
}

std::string to_string(const error& e) {
  std::string out{to_string(e.code)};
  if (!e.detail.empty())
    out.append(": ").append(e.detail);
  return out;
}

} // namespace postroom
