#pragma once

#include "sim/identity/registry.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// How the IMAP servers talk: Exchange Online's, Gmail's, and one like Dovecot. Pure.
namespace postroom::sim {

/// What a face can do beyond RFC 3501, and how it deviates.
struct imap_talents {
  bool condstore = false;          ///< RFC 7162
  bool qresync = false;            ///< RFC 7162
  bool esearch = false;            ///< RFC 4731
  bool extended_list = false;      ///< RFC 5258, 5819, 6154
  bool special_use = false;        ///< LIST tells what folders are for (RFC 6154)
  bool gmail = false;              ///< X-GM-EXT-1
  bool keywords = false;           ///< flags of the clients' own
  bool exact_sizes = false;        ///< otherwise RFC822.SIZE is an estimate
  bool checks_numbers = false;     ///< refuses sequence numbers beyond the last mail
  bool search_groups = false;      ///< parentheses in SEARCH
  bool passwords = false;          ///< LOGIN and AUTH=PLAIN count
  bool bearer = false;             ///< AUTH=OAUTHBEARER (RFC 7628)
  bool ends_with_token = false;    ///< the session does
  bool says_still_here = false;    ///< every two minutes of IDLE, which then lasts for ever
  bool counts_errors = false;      ///< ends sessions that make only errors
  bool tells_capabilities = false; ///< within the login, so that nobody need ask
};
[[nodiscard]] imap_talents talents_of(service face);

/// What ends a command otherwise than well, and what ends a session.
enum class imap_reply : std::uint8_t {
  unknown_command,
  bad_arguments,
  wrong_state,
  line_too_long,
  not_connected, ///< Exchange: signed in, but there is no mailbox for it; others refuse the login so
  login_failed,
  authenticate_failed,
  no_mechanism,
  read_only,
  vanished,    ///< some of the mails asked for are gone
  fetch_fails, ///< one of them cannot be told
  bad_charset,
  over_quota,
  bye_silent,
  bye_silent_login,
  bye_expired,
  bye_gone, ///< the folder, or its UIDs
  bye_not_connected,
  bye_logout,
  bye_errors,
};
inline constexpr std::size_t imap_replies = static_cast<std::size_t>(imap_reply::bye_errors) + 1;
/// With `NO` or `BAD`, or what follows `BYE`.
[[nodiscard]] std::string_view reply_text(service face, imap_reply reply);
/// What else may be refused, the same way.
[[nodiscard]] std::string too_many_text(service face, std::size_t connections_max);
[[nodiscard]] std::string throttled_text(service face, std::int64_t backoff_ms);
/// `doesn't exist`, with `NO`. `create`: making it would help.
[[nodiscard]] std::string no_folder_text(service face, std::string_view name, bool create);
/// Behind `OK` and a response code: `FETCH completed.`, `Success`. `name` in upper case, `folder` for SELECT.
[[nodiscard]] std::string done_text(service face, std::string_view command, std::string_view argument);

/// All without line end.
[[nodiscard]] std::string greeting_line(service face);
/// Without `* CAPABILITY `.
[[nodiscard]] std::string_view capabilities_of(service face, bool signed_in);
[[nodiscard]] std::string_view id_of(service face);
[[nodiscard]] std::string_view idle_line(service face);
[[nodiscard]] std::string_view go_on_line(service face);
/// What precedes the refusal of a token, decoded; empty: the face refuses at once (Exchange).
[[nodiscard]] std::string_view token_challenge(service face, bool bearer);

} // namespace postroom::sim
