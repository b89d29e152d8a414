#pragma once

#include "protocol/knowledge/rows.hpp"

/// What IMAP servers answer. `kind` is the name of the code.
namespace postroom::knowledge {
namespace rows {

consteval entry imap(std::string_view key, errc code, actor_role who, pace when, const words& says) {
  return coded(origin::imap, key, code, who, when, says);
}

inline constexpr std::string_view wait_for_session = "Nothing; Postroom reconnects by itself.";
inline constexpr std::string_view fewer_connections =
    "Close other programs that read this mailbox; Postroom tries again by itself and needs one or two connections.";

} // namespace rows

inline constexpr auto imap_entries = std::to_array<entry>({
    // -- Exchange Online: the login
    // ------------------------------------------------------------------------------------
    rows::imap(
        "imap.not_connected", errc::mailbox_not_connected, rows::exchange_admin, {rows::slowly},
        {"BAD User is authenticated but not connected.",
         "The token is good but the mailbox cannot be opened: IMAP is switched off for it, the delegate has no "
         "Full Access, the address is misspelt or not of a cloud mailbox, or too many programs are connected.",
         "`Set-CASMailbox <mailbox> -ImapEnabled $true`; `Add-MailboxPermission -Identity <mailbox> -User "
         "<delegate> -AccessRights FullAccess`; `Get-Mailbox <mailbox>` must find a cloud mailbox under this very "
         "address. It takes up to an hour to work. `postroom doctor <account>` finds out which it is."}),
    rows::imap(
        "imap.auth_failed", errc::auth_rejected, rows::operators, {rows::once},
        {"NO AUTHENTICATE failed.",
         "The server does not take the token: expired, of another directory or user, without the permission "
         "IMAP.AccessAsUser.All, or an application that Exchange does not know.",
         "Check delegate and directory id, then sign in again so that IMAP.AccessAsUser.All is consented to. For "
         "an application by itself: `New-ServicePrincipal -AppId <application id> -ObjectId <object id of the "
         "enterprise application>` and `Add-MailboxPermission -Identity <mailbox> -User <service principal> "
         "-AccessRights FullAccess`. `postroom doctor <account>` looks into it."}),
    rows::imap("imap.basic_auth_disabled", errc::auth_rejected, rows::operators, {rows::never},
               {"NO Basic authentication is disabled", "The server takes no passwords any more, only tokens.",
                "Use a provider of the service microsoft_azure or google and sign in there, instead of a password "
                "account."}),

    // -- Exchange Online: the session
    // ----------------------------------------------------------------------------------
    rows::imap("imap.token_expired", errc::session_expired, rows::gateway, {rows::by_backoff},
               {"* BYE Session invalidated - AccessTokenExpired",
                "A session ends with its access token, every 60 to 90 minutes.", rows::wait_for_session}),
    rows::imap("imap.throttled", errc::throttled, rows::gateway, {rows::by_backoff},
               {"BAD Request is throttled. Suggested Backoff Time: … milliseconds",
                "The mailbox has used up what Exchange grants it for a while, counted over all programs that read it.",
                "Nothing; Postroom waits as long as the server says. If it stays, close other programs that read this "
                "mailbox."}),
    rows::imap("imap.server_unavailable", errc::server_bye, rows::gateway, {rows::by_backoff},
               {"Server Unavailable. 15", "Exchange's front end cannot reach the mailbox's server at present.",
                rows::wait_for_session}),
    rows::imap("imap.connection_closed", errc::server_bye, rows::gateway, {rows::by_backoff},
               {"* BYE Connection is closed. 13; * BYE Connection closed. 14",
                "The server ended the session: it lay idle, or the mailbox could not be opened.",
                rows::wait_for_session}),

    // -- Gmail
    // ---------------------------------------------------------------------------------------------------------
    rows::imap("imap.session_expired", errc::session_expired, rows::gateway, {rows::by_backoff},
               {"* BYE Session expired, please login again. (Gmail)", "A session ends with its access token.",
                rows::wait_for_session}),
    rows::imap(
        "imap.disabled_for_domain", errc::auth_rejected, rows::directory_admin, {rows::slowly},
        {"NO [ALERT] IMAP access is disabled for your domain. (Gmail)",
         "The Workspace administrator has switched IMAP off.",
         "Google Admin console > Apps > Google Workspace > Gmail > End User Access > POP and IMAP access: Enable "
         "IMAP access for all users."}),
    rows::imap("imap.web_login_required", errc::auth_rejected, rows::user, {rows::slowly},
               {"NO [ALERT] Please log in via your web browser (Gmail)",
                "Google wants the person to confirm that it is them.",
                "The delegate signs in at https://mail.google.com with a browser and confirms, then again here: "
                "`postroom authorize <provider>`."}),
    rows::imap("imap.app_password_required", errc::auth_rejected, rows::user, {rows::never},
               {"NO [ALERT] Application-specific password required", "The server does not take the usual password.",
                "Sign in with a token (a provider of the service google), or make an app password: Google Account > "
                "Security > 2-Step Verification > App passwords."}),
    rows::imap("imap.too_many_connections", errc::throttled, rows::gateway, {rows::by_backoff},
               {"NO [ALERT] Too many simultaneous connections. (Gmail)",
                "More than 15 connections read this mailbox at once.", rows::fewer_connections}),
    rows::imap("imap.daily_volume", errc::throttled, rows::gateway, {rows::by_backoff},
               {"NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Gmail)",
                "The mailbox's volume of the day is used up: 2,500 MB down, 500 MB up.",
                "Nothing; Postroom goes on when Google allows it, within a day."}),

    // -- other servers
    // -------------------------------------------------------------------------------------------------
    rows::imap(
        "imap.user_ip_connections", errc::throttled, rows::gateway, {rows::by_backoff},
        {"NO [UNAVAILABLE] Maximum number of connections from user+IP exceeded (Dovecot)",
         "The server allows fewer connections of one user from one address.",
         "Close other programs that read this mailbox from this machine, or raise mail_max_userip_connections in "
         "Dovecot's configuration; Postroom tries again by itself."}),
    rows::imap("imap.open_connections", errc::throttled, rows::gateway, {rows::by_backoff},
               {"NO Too many open connections (Cyrus)", "The server allows fewer connections of one user.",
                rows::fewer_connections}),
    rows::imap("imap.unavailable", errc::throttled, rows::gateway, {rows::by_backoff},
               {"[UNAVAILABLE] (RFC 5530)", "A part of the server is down; nothing was said of the login.",
                rows::wait_advice}),
    rows::imap("imap.limit", errc::throttled, rows::gateway, {rows::by_backoff},
               {"[LIMIT] (RFC 9051)", "A limit of the server was reached.", rows::wait_advice}),
    rows::imap("imap.in_use", errc::throttled, rows::gateway, {rows::by_backoff},
               {"[INUSE] (RFC 5530)", "Another program holds the mailbox for itself.", rows::wait_advice}),
    rows::imap("imap.credentials_refused", errc::auth_rejected, rows::operators, {rows::once},
               {"NO [AUTHENTICATIONFAILED] Invalid credentials (RFC 5530)",
                "The server does not take the password or token for this user name.",
                "Check user name and password of the account; with a token, let the delegate sign in again: `postroom "
                "authorize <provider>`."}),
    rows::imap("imap.not_authorized", errc::auth_rejected, rows::exchange_admin, {rows::slowly},
               {"NO [AUTHORIZATIONFAILED] (RFC 5530)", "The login is good, but it may not act for this mailbox.",
                "The mail server's administrator lets the delegate into the mailbox; on Exchange: "
                "`Add-MailboxPermission -Identity <mailbox> -User <delegate> -AccessRights FullAccess`."}),
    rows::imap("imap.credentials_expired", errc::auth_rejected, rows::user, {rows::never},
               {"NO [EXPIRED] (RFC 5530)", "The password or token has expired.",
                "Change the password, or sign in again: `postroom authorize <provider>`."}),
    rows::imap("imap.tls_required", errc::auth_rejected, rows::operators, {rows::never},
               {"NO [PRIVACYREQUIRED] (RFC 5530)", "The server takes logins over TLS only.",
                "Set the provider's imap_security to tls (port 993) or starttls (port 143)."}),
    rows::imap("imap.contact_admin", errc::auth_rejected, rows::operators, {rows::slowly},
               {"NO [CONTACTADMIN] (RFC 5530)", "The server's administrator must do something for this account.",
                "Ask the mail server's administrator with the server's words in the detail."}),
    rows::imap("imap.bye", errc::server_bye, rows::gateway, {rows::by_backoff},
               {"* BYE", "The server ended the session.", rows::wait_for_session}),
    rows::imap(
        "imap.folder_missing", errc::folder_unavailable, rows::operators, {rows::slowly},
        {"NO to SELECT: the folder does not exist or cannot be opened",
         "The account's folder does not exist on the server, or the delegate may not open it.",
         "Correct the account's folder, as mail programs show it: `postroom account set <account> --folder INBOX`; "
         "or create it on the server."}),
});

} // namespace postroom::knowledge
