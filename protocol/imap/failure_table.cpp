#include "protocol/imap/failure_table.hpp"

#include "protocol/imap/text.hpp"

#include <algorithm>

namespace postroom::imap {

namespace {

enum phases : std::uint8_t { in_login = 1, in_command = 2, in_goodbye = 4, in_raw_line = 8, anywhere = 15 };

struct failure_row {
  std::uint8_t phases;
  std::string_view code; ///< response code, empty: any
  std::string_view text; ///< part of the text in any case, empty: any
  errc meaning;
};

// The first row that fits counts.
constexpr failure_row rows[] = {
    // Exchange: the token is fine, the mailbox cannot be opened (IMAP off, no FullAccess, wrong address); tagged BAD on
    // the first command after login, then `* BYE Connection closed. 14`.
    {anywhere, "", "authenticated but not connected", errc::mailbox_not_connected},
    // Exchange: `BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds`, on any command.
    {anywhere, "", "request is throttled", errc::throttled},
    // Exchange: `* BYE Session invalidated - AccessTokenExpired` when the token's lifetime ends.
    {anywhere, "", "accesstokenexpired", errc::session_expired},
    // Gmail: sessions opened with OAuth end with the token: `* BYE Session expired, please login again.`
    {anywhere, "", "session expired", errc::session_expired},
    // Gmail, 15 connections per account: `NO [ALERT] Too many simultaneous connections. (Failure)`.
    {anywhere, "", "too many simultaneous connections", errc::throttled},
    // Dovecot: `NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)`.
    {anywhere, "", "maximum number of connections", errc::throttled},
    // Cyrus: `NO Too many open connections (…)`.
    {anywhere, "", "too many open connections", errc::throttled},
    // Gmail, daily volume: `NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)`. A folder over its
    // quota carries the same code and is none of this.
    {anywhere, "", "command or bandwidth limits", errc::throttled},
    // RFC 5530: a subsystem is down; RFC 9051: a limit was reached. Both pass. At login nothing was said of the token.
    {in_login | in_goodbye, "UNAVAILABLE", "", errc::throttled},
    {in_login | in_goodbye, "LIMIT", "", errc::throttled},
    {in_login | in_goodbye, "INUSE", "", errc::throttled},
    // Everything else a server says to AUTHENTICATE: `NO AUTHENTICATE failed.`, `NO [AUTHENTICATIONFAILED] …`.
    {in_login, "", "", errc::auth_rejected},
    // Exchange's front end: `Server Unavailable. 15` as a raw line, then the connection ends.
    {in_raw_line, "", "server unavailable", errc::server_bye},
    {in_goodbye, "", "", errc::server_bye},
};

std::uint8_t phase_bit(failure_phase phase) {
  switch (phase) {
  case failure_phase::login:
    return in_login;
  case failure_phase::command:
    return in_command;
  case failure_phase::goodbye:
    return in_goodbye;
  }
  return 0;
}

std::optional<errc> look_up(std::uint8_t phase, std::string_view code, std::string_view text) {
  for (const auto& row : rows)
    if ((row.phases & phase) != 0 && (row.code.empty() || row.code == code) &&
        (row.text.empty() || ifind(text, row.text) != std::string_view::npos))
      return row.meaning;
  return {};
}

} // namespace

std::optional<errc> classify_failure(failure_phase phase, const status_response& answer) {
  return look_up(phase_bit(phase), answer.code ? std::string_view{answer.code->name} : std::string_view{}, answer.text);
}

std::optional<errc> classify_raw_line(std::string_view line) {
  return look_up(in_raw_line, {}, line);
}

std::optional<std::chrono::milliseconds> suggested_backoff(std::string_view text) {
  constexpr std::string_view marker = "backoff time";
  constexpr std::chrono::milliseconds longest = std::chrono::hours{24};
  if (ifind(text, "request is throttled") == std::string_view::npos)
    return {};
  const auto at = ifind(text, marker);
  if (at == std::string_view::npos)
    return {};
  text.remove_prefix(at + marker.size());
  const auto begin = text.find_first_not_of(":= \t");
  if (begin == 0 || begin == std::string_view::npos || !is_digit(text[begin]))
    return {};
  text.remove_prefix(begin);
  const auto digits = text.substr(0, text.find_first_not_of("0123456789"));
  const auto number = parse_number<std::int64_t>(digits);
  return number ? std::min(std::chrono::milliseconds{*number}, longest) : longest;
}

} // namespace postroom::imap
