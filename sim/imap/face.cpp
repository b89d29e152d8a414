#include "sim/imap/face.hpp"

#include "base/encoding.hpp"
#include "sim/imap/text.hpp"

#include <array>

namespace postroom::sim {
namespace {

constexpr std::size_t faces = 3;

constexpr std::size_t index_of(service face) {
  return static_cast<std::size_t>(face);
}

/// In the order of `service`.
using words = std::array<std::string_view, faces>;

/// In the order of imap_reply.
constexpr std::array<words, imap_replies> replies{{
    {"BAD Command Error. 12", "BAD Unknown command", "BAD Error in IMAP command: Unknown command"},
    {"BAD Command Argument Error. 11", "BAD Could not parse command", "BAD Error in IMAP command: Invalid arguments"},
    {"BAD Command received in Invalid state.", "BAD Unknown command", "BAD Error in IMAP command: Wrong state"},
    {"BAD Command Error. 10", "BAD Command line too long", "BAD Error in IMAP command: Too long argument"},
    {"BAD User is authenticated but not connected.",
     "NO [ALERT] Your account is not enabled for IMAP use. Please visit your Gmail settings page and enable your "
     "account for IMAP access. (Failure)",
     "NO [UNAVAILABLE] Internal error occurred. Refer to server log for more information."},
    {"NO LOGIN failed.", "NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)",
     "NO [AUTHENTICATIONFAILED] Authentication failed."},
    {"NO AUTHENTICATE failed.", "NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)",
     "NO [AUTHENTICATIONFAILED] Authentication failed."},
    {"NO AUTHENTICATE failed.", "NO [ALERT] Unsupported authentication mechanism. (Failure)",
     "NO Unsupported authentication mechanism."},
    {"NO Command is not allowed in read-only mode.", "NO [READ-ONLY] Folder is read-only (Failure)",
     "NO [NOPERM] Mailbox is read-only"},
    {"NO Some of the requested messages no longer exist.", "NO Some messages could not be FETCHed (Failure)",
     "NO [EXPUNGEISSUED] Some of the requested messages no longer exist."},
    {"NO FETCH failed.", "NO Some messages could not be FETCHed (Failure)",
     "NO [SERVERBUG] Internal error occurred. Refer to server log for more information."},
    {"NO [BADCHARSET (US-ASCII)] The specified charset is not supported.",
     "NO [BADCHARSET (US-ASCII UTF-8)] Unknown charset (Failure)", "NO [BADCHARSET (US-ASCII UTF-8)] Unknown charset."},
    {"NO The mailbox is over its quota.", "NO [OVERQUOTA] Account is over quota (Failure)",
     "NO [OVERQUOTA] Quota exceeded (mailbox for user is full)"},
    {"Connection is closed. 13", "Session timed out, please login again.", "Disconnected for inactivity."},
    {"Connection is closed. 13", "Session timed out, please login again.",
     "Disconnected: Inactivity during authentication."},
    {"Session invalidated - AccessTokenExpired", "Session expired, please login again.",
     "Session expired, please login again."},
    {"Connection is closed. 13", "System Error", "IMAP session state is inconsistent, please relogin."},
    {"Connection closed. 14", "System Error", "Internal error occurred."},
    {"Microsoft Exchange Server IMAP4 server signing off.", "LOGOUT Requested", "Logging out"},
    {"Connection is closed. 13", "Too many invalid commands.", "Too many invalid IMAP commands."},
}};

/// `EUR01.stand-in.test` in UTF-16LE, then base64: the shape Exchange gives its host name.
std::string host_mark() {
  std::string wide;
  for (const char c : std::string_view{"EUR01.stand-in.test"})
    wide += {c, '\0'};
  return base64_encode(wide);
}

std::string gmail_done(std::string_view command, std::string_view argument) {
  if (command == "SELECT" || command == "EXAMINE")
    return std::string{argument} + " selected. (Success)";
  if (command == "AUTHENTICATE" || command == "LOGIN")
    return std::string{argument} + " authenticated (Success)";
  if (command == "IDLE")
    return "IDLE terminated (Success)";
  if (command == "CAPABILITY")
    return "Thats all she wrote! 1";
  if (command == "LOGOUT")
    return "73 good day (Success)";
  return command == "FETCH" || command == "STORE" || command == "NOOP" ? "Success" : "(Success)";
}

std::string dovecot_done(std::string_view command) {
  if (command == "AUTHENTICATE" || command == "LOGIN")
    return "Logged in";
  std::string text{command.substr(0, 1)};
  text += ascii_lower(command.substr(1));
  return text + " completed (0.001 + 0.000 secs).";
}

} // namespace

imap_talents talents_of(service face) {
  imap_talents can;
  if (face == service::microsoft) {
    can.ends_with_token = true;
    return can;
  }
  const bool gmail = face == service::google;
  can.condstore = can.esearch = can.extended_list = can.special_use = can.keywords = can.exact_sizes =
      can.search_groups = true;
  can.bearer = can.tells_capabilities = true;
  can.gmail = can.ends_with_token = gmail;
  can.qresync = can.passwords = can.says_still_here = can.counts_errors = can.checks_numbers = !gmail;
  return can;
}

std::string_view reply_text(service face, imap_reply reply) {
  return replies.at(static_cast<std::size_t>(reply)).at(index_of(face));
}

std::string too_many_text(service face, std::size_t connections_max) {
  if (face == service::google)
    return "NO [ALERT] Too many simultaneous connections. (Failure)";
  return "NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded (mail_max_userip_connections=" +
         std::to_string(connections_max) + ")";
}

std::string throttled_text(service face, std::int64_t backoff_ms) {
  const auto hint = "Request is throttled. Suggested Backoff Time: " + std::to_string(backoff_ms) + " milliseconds";
  if (face == service::google)
    return "NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)";
  return (face == service::microsoft ? "BAD " : "NO [LIMIT] ") + hint;
}

std::string no_folder_text(service face, std::string_view name, bool create) {
  const std::string code = create ? "[TRYCREATE] " : "[NONEXISTENT] ";
  switch (face) {
  case service::google:
    return "NO " + code + "Unknown Mailbox: " + std::string{name} + " (Failure)";
  case service::generic:
    return "NO " + code + "Mailbox doesn't exist: " + std::string{name};
  case service::microsoft:
    break;
  }
  return "NO " + (create ? code : std::string{}) + quoted_text(name) + " doesn't exist.";
}

std::string done_text(service face, std::string_view command, std::string_view argument) {
  if (face == service::google)
    return gmail_done(command, argument);
  if (face == service::generic)
    return dovecot_done(command);
  return std::string{command} + " completed.";
}

std::string greeting_line(service face) {
  switch (face) {
  case service::google:
    return "* OK Gimap ready for requests from 127.0.0.1 standin";
  case service::generic:
    return "* OK [CAPABILITY " + std::string{capabilities_of(face, false)} + "] Dovecot ready.";
  case service::microsoft:
    break;
  }
  return "* OK The Microsoft Exchange IMAP4 service is ready. [" + host_mark() + "]";
}

std::string_view capabilities_of(service face, bool signed_in) {
  static constexpr words before{
      "IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+",
      "IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 XYZZY SASL-IR AUTH=XOAUTH2 AUTH=PLAIN "
      "AUTH=PLAIN-CLIENTTOKEN AUTH=OAUTHBEARER",
      "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ AUTH=PLAIN AUTH=XOAUTH2 AUTH=OAUTHBEARER"};
  static constexpr words after{
      "IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CLIENTACCESSRULES "
      "CLIENTNETWORKPRESENCELOCATION BACKENDAUTHENTICATE CHILDREN IDLE NAMESPACE LITERAL+",
      "IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 UIDPLUS COMPRESS=DEFLATE ENABLE MOVE "
      "CONDSTORE ESEARCH UTF8=ACCEPT LIST-EXTENDED LIST-STATUS LITERAL- SPECIAL-USE APPENDLIMIT=35651584",
      "IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ NAMESPACE UIDPLUS UNSELECT CHILDREN LIST-EXTENDED "
      "LIST-STATUS SPECIAL-USE CONDSTORE QRESYNC MOVE ESEARCH"};
  return (signed_in ? after : before).at(index_of(face));
}

std::string_view id_of(service face) {
  static constexpr words ids{R"(("name" "Microsoft.Exchange.Imap4.Imap4Server" "version" "15.20"))",
                             R"(("name" "GImap" "vendor" "Google, Inc." "remote-host" "127.0.0.1"))",
                             R"(("name" "Dovecot"))"};
  return ids.at(index_of(face));
}

std::string_view idle_line(service face) {
  static constexpr words lines{"+ IDLE accepted, awaiting DONE command.", "+ idling", "+ idling"};
  return lines.at(index_of(face));
}

std::string_view go_on_line(service face) {
  static constexpr words lines{"+ Ready for additional command text.", "+ go ahead", "+ OK"};
  return lines.at(index_of(face));
}

std::string_view token_challenge(service face, bool bearer) {
  if (face == service::google)
    return R"({"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"})";
  if (face != service::generic)
    return {};
  return bearer ? R"({"status":"invalid_token"})" : R"({"status":"401","schemes":"bearer","scope":"mail"})";
}

} // namespace postroom::sim
