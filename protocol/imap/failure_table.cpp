#include "protocol/imap/failure_table.hpp"

#include "base/ascii.hpp"
#include "protocol/imap/text.hpp"
#include "protocol/knowledge/imap_entries.hpp"

#include <algorithm>
#include <utility>

namespace postroom::imap {

namespace {

enum phases : std::uint8_t { in_login = 1, in_command = 2, in_goodbye = 4, in_raw_line = 8, anywhere = 15 };

using knowledge::entry;

consteval const entry* row(std::string_view key) {
  return &knowledge::row_of(knowledge::imap_entries, key);
}

struct failure_row {
  std::uint8_t phases;
  std::string_view code; ///< response code, empty: any
  std::string_view text; ///< part of the text in any case, empty: any
  const entry* is;
};

// The first row that fits counts.
constexpr failure_row rows[] = {
    // Exchange: the token is fine, the mailbox cannot be opened (IMAP off, no FullAccess, wrong address); tagged BAD on
    // the first command after login, then `* BYE Connection closed. 14`.
    {anywhere, "", "authenticated but not connected", row("imap.not_connected")},
    // Exchange: `BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds`, on any command.
    {anywhere, "", "request is throttled", row("imap.throttled")},
    // Exchange: `* BYE Session invalidated - AccessTokenExpired` when the token's lifetime ends.
    {anywhere, "", "accesstokenexpired", row("imap.token_expired")},
    // Gmail: sessions opened with OAuth end with the token: `* BYE Session expired, please login again.`
    {anywhere, "", "session expired", row("imap.session_expired")},
    // Gmail, 15 connections per account: `NO [ALERT] Too many simultaneous connections. (Failure)`.
    {anywhere, "", "too many simultaneous connections", row("imap.too_many_connections")},
    // Dovecot: `NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)`.
    {anywhere, "", "maximum number of connections", row("imap.user_ip_connections")},
    // Cyrus: `NO Too many open connections (…)`.
    {anywhere, "", "too many open connections", row("imap.open_connections")},
    // Gmail, daily volume: `NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)`. A folder over its
    // quota carries the same code and is none of this.
    {anywhere, "", "command or bandwidth limits", row("imap.daily_volume")},
    // RFC 5530: a subsystem is down, or another client holds a lock; RFC 9051: a limit was reached. All pass. At login
    // nothing was said of the token, in a command nothing of the message or folder. SERVERBUG is none of these: Dovecot
    // says so of each message whose file is damaged.
    {in_login | in_command | in_goodbye, "UNAVAILABLE", "", row("imap.unavailable")},
    {in_login | in_command | in_goodbye, "LIMIT", "", row("imap.limit")},
    {in_login | in_command | in_goodbye, "INUSE", "", row("imap.in_use")},
    // Exchange: `NO Basic authentication is disabled`.
    {in_login, "", "basic authentication is disabled", row("imap.basic_auth_disabled")},
    // Gmail: `NO [ALERT] IMAP access is disabled for your domain. Please contact your domain administrator …`.
    {in_login, "", "imap access is disabled", row("imap.disabled_for_domain")},
    // Gmail: `NO [ALERT] Please log in via your web browser: https://support.google.com/… (Failure)`, `[WEBALERT …]`.
    {in_login, "", "via your web browser", row("imap.web_login_required")},
    {in_login, "WEBALERT", "", row("imap.web_login_required")},
    {in_login, "", "application-specific password", row("imap.app_password_required")},
    // RFC 5530 §3.
    {in_login, "AUTHENTICATIONFAILED", "", row("imap.credentials_refused")},
    {in_login, "AUTHORIZATIONFAILED", "", row("imap.not_authorized")},
    {in_login, "EXPIRED", "", row("imap.credentials_expired")},
    {in_login, "PRIVACYREQUIRED", "", row("imap.tls_required")},
    {in_login, "CONTACTADMIN", "", row("imap.contact_admin")},
    // Everything else a server says to AUTHENTICATE: `NO AUTHENTICATE failed.`
    {in_login, "", "", row("imap.auth_failed")},
    // Exchange's front end: `Server Unavailable. 15` as a raw line, then the connection ends.
    {in_raw_line, "", "server unavailable", row("imap.server_unavailable")},
    // Exchange: `* BYE Connection is closed. 13`, `* BYE Connection closed. 14`.
    {in_goodbye, "", "connection is closed", row("imap.connection_closed")},
    {in_goodbye, "", "connection closed", row("imap.connection_closed")},
    {in_goodbye, "", "", row("imap.bye")},
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

const entry* look_up(std::uint8_t phase, std::string_view code, std::string_view text) {
  for (const auto& each : rows)
    if ((each.phases & phase) != 0 && (each.code.empty() || each.code == code) &&
        (each.text.empty() || ifind(text, each.text) != std::string_view::npos))
      return each.is;
  return nullptr;
}

} // namespace

const entry* classify_failure(failure_phase phase, const status_response& answer) noexcept {
  return look_up(phase_bit(phase), answer.code ? std::string_view{answer.code->name} : std::string_view{}, answer.text);
}

const entry* classify_raw_line(std::string_view line) noexcept {
  return look_up(in_raw_line, {}, line);
}

error to_error(const entry& known, std::string detail) {
  return {known.code, std::move(detail), known.key};
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
  if (begin == 0 || begin == std::string_view::npos || !ascii_digit(text[begin]))
    return {};
  text.remove_prefix(begin);
  const auto digits = text.substr(0, text.find_first_not_of("0123456789"));
  const auto number = parse_number<std::int64_t>(digits);
  return number ? std::min(std::chrono::milliseconds{*number}, longest) : longest;
}

} // namespace postroom::imap
