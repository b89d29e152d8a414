#pragma once

#include "protocol/knowledge/smtp_entries.hpp"

/// Refusals of the SMTP login and of the sender.
namespace postroom::knowledge {
namespace rows {

inline constexpr std::string_view allow_smtp_auth =
    "`Set-CASMailbox <mailbox> -SmtpClientAuthenticationDisabled $false` on the mailbox that logs in (the delegate's, "
    "if there is one); or Microsoft 365 admin center > Users > Active users > <user> > Mail > Manage email apps > "
    "Authenticated SMTP. The directory's own switch may stay off. Or send over Microsoft Graph.";
inline constexpr std::string_view use_oauth =
    "Sign in with a provider of the service microsoft_azure, instead of a password account; the provider's sasl must "
    "not be plain.";
inline constexpr std::string_view grant_send_as =
    "`Add-RecipientPermission <mailbox> -Trustee <delegate> -AccessRights SendAs`, or Exchange admin center > "
    "Recipients > Mailboxes > <mailbox> > Delegation > Send as. It takes up to an hour to work; Postroom tries again "
    "by itself.";
inline constexpr std::string_view unblock_sender =
    "Find out who sent spam as this sender and change the password; then Microsoft Defender portal > Email & "
    "collaboration > Review > Restricted entities > <mailbox> > Unblock.";

} // namespace rows

inline constexpr auto smtp_login_entries = std::to_array<entry>({
    // -- SMTP AUTH is off
    // ----------------------------------------------------------------------------------------------
    rows::smtp(
        "smtp.auth_disabled_tenant", "auth_disabled", rows::exchange_admin, {rows::slowly},
        {"535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
         "SMTP AUTH is switched off for the whole directory, as Microsoft does by default, and not switched on for "
         "the mailbox that logs in.",
         rows::allow_smtp_auth}),
    rows::smtp("smtp.auth_disabled_mailbox", "auth_disabled", rows::exchange_admin, {rows::slowly},
               {"535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.",
                "SMTP AUTH is switched off for the mailbox that logs in.", rows::allow_smtp_auth}),

    // -- the login is refused
    // ------------------------------------------------------------------------------------------
    rows::smtp("smtp.security_defaults", "auth_rejected", rows::directory_admin, {rows::slowly},
               {"535 5.7.139 … user is locked by your organization's security defaults policy",
                "The directory's security defaults forbid SMTP AUTH.",
                "Azure portal > Microsoft Entra ID > Properties > Manage security defaults: Disabled, with Conditional "
                "Access policies in their place; or send over Microsoft Graph."}),
    rows::smtp("smtp.criteria_not_met", "auth_rejected", rows::directory_admin, {rows::slowly},
               {"535 5.7.139 … the request did not meet the criteria to be authenticated successfully",
                "A Conditional Access or authentication policy forbids the login.",
                "Azure portal > Microsoft Entra ID > Sign-in logs: find the policy, and exclude the application or the "
                "delegate; `Get-AuthenticationPolicy` must not block the delegate."}),
    rows::smtp("smtp.basic_auth_disabled", "auth_rejected", rows::operators, {rows::never},
               {"535 5.7.139 … basic authentication is disabled; 550 5.7.30 Basic authentication is not supported",
                "The server takes no passwords for sending, only tokens.", rows::use_oauth}),
    rows::smtp("smtp.credentials_incorrect", "auth_rejected", rows::operators, {rows::never},
               {"535 5.7.139 … the user credentials were incorrect", "User name or password is wrong.",
                "Enter the right password; better: sign in with a token (a provider of the service microsoft_azure)."}),
    rows::smtp("smtp.auth_unsuccessful", "auth_rejected", rows::operators, {rows::once},
               {"535 5.7.3 Authentication unsuccessful",
                "The server does not take the token: it is not of the user that logs in (a delegate's token with the "
                "shared mailbox as user), or lacks the permission SMTP.Send.",
                "Log in as the delegate and send as the shared mailbox: name the delegate at the account (`postroom "
                "account set <account> --delegate <delegate>`); sign in again so that SMTP.Send is consented to."}),
    rows::smtp("smtp.credentials_refused", "auth_rejected", rows::operators, {rows::once},
               {"535 5.7.8 Username and Password not accepted", "The server does not take the password or token.",
                "Check user name and password; with a token, let the delegate sign in again: `postroom authorize "
                "<provider>`."}),
    rows::smtp("smtp.app_password_required", "auth_rejected", rows::user, {rows::never},
               {"534 5.7.9 Application-specific password required", "The server does not take the usual password.",
                "Sign in with a token (a provider of the service google), or make an app password: Google Account > "
                "Security > 2-Step Verification > App passwords."}),
    rows::smtp("smtp.mechanism_refused", "auth_rejected", rows::operators, {rows::never},
               {"504 5.7.4 Unrecognized authentication type",
                "The server does not know this way to log in, or not before TLS.",
                "Set the provider's smtp_security to starttls (port 587) and its sasl to auto; on Exchange the "
                "administrator checks `Get-TransportConfig | Format-List SmtpClientAuthenticationDisabled`."}),
    rows::smtp("smtp.malformed_token", "auth_rejected", rows::developer, {rows::never},
               {"501 5.5.124", "The server cannot read the login.",
                "Report it to Postroom's developers with the server's words."}),
    rows::smtp("smtp.password_transition", "auth_rejected", rows::operators, {rows::never},
               {"432 4.7.12 A password transition is needed",
                "The server wants one login with the plain password first (RFC 4954).",
                "Log in once with another mail program over TLS, or ask the mail server's administrator."}),
    rows::smtp("smtp.not_authenticated", "auth_rejected", rows::operators, {rows::once},
               {"530 5.7.57 Client not authenticated to send mail", "The server wants a login before it takes mail.",
                "Set the provider's sasl to auto and give the account a sign-in; on Exchange the mailbox that logs in "
                "must be allowed SMTP AUTH: `Set-CASMailbox <mailbox> -SmtpClientAuthenticationDisabled $false`."}),
    rows::smtp("smtp.login_required", "auth_rejected", rows::operators, {rows::once},
               {"530 5.7.0 Authentication required; 553 5.7.1 Sender address rejected: not logged in",
                "The server wants a login before it takes mail.",
                "Set the provider's sasl to auto and give the account a sign-in or a password."}),

    // -- the sender
    // ----------------------------------------------------------------------------------------------------
    rows::smtp("smtp.send_as_denied", "sender_denied", rows::exchange_admin, {rows::slowly},
               {"554 5.2.0 … SendAsDeniedException; 550 5.7.60 Client does not have permissions to send as this sender",
                "The one who logs in may not send as the mailbox; a right that was just granted takes up to an hour.",
                rows::grant_send_as}),
    rows::smtp("smtp.send_as_denied_repeatedly", "sender_denied", rows::exchange_admin,
               {rows::slowly, rows::seconds{3600}},
               {"550 5.2.252 SendAsDenied; continuous error",
                "The one who logs in may not send as the mailbox, and after repeated attempts Exchange refuses all.",
                rows::grant_send_as}),
    rows::smtp("smtp.licence_missing", "sender_denied", rows::exchange_admin, {rows::slowly, rows::seconds{3600}},
               {"550 5.2.253 InvalidLicense; continuous error", "The mailbox that logs in has no valid licence.",
                "Microsoft 365 admin center > Users > Active users > <user> > Licenses and apps: assign a plan with "
                "Exchange Online."}),
    rows::smtp("smtp.sender_not_owned", "sender_denied", rows::operators, {rows::slowly},
               {"553 5.7.1 Sender address rejected: not owned by user … (Postfix)",
                "The one who logs in may not send as this address.",
                "Add the login to smtpd_sender_login_maps in Postfix's configuration, or correct the account's "
                "address."}),
    rows::smtp("smtp.bad_outbound_sender", "sender_denied", rows::exchange_admin, {rows::slowly},
               {"550 5.1.8 Access denied, bad outbound sender",
                "Microsoft has blocked the sender because it sent spam.", rows::unblock_sender}),
    rows::smtp("smtp.banned_sender", "sender_denied", rows::exchange_admin, {rows::slowly},
               {"550 5.7.501, 5.7.502, 5.7.503 Access denied, banned sender",
                "Microsoft has blocked the sender for abuse.", rows::unblock_sender}),
    rows::smtp("smtp.address_not_accepted", "sender_denied", rows::exchange_admin, {rows::slowly},
               {"550 5.7.708 Service unavailable, traffic not accepted from this IP",
                "Microsoft does not take mail of this directory from this address; new and trial directories meet it.",
                "Microsoft 365 admin center > Support > Help & support: ask to lift the block, with the server's "
                "words."}),
    rows::smtp("smtp.unregistered_domain", "sender_denied", rows::exchange_admin, {rows::slowly},
               {"550 5.7.750 Service unavailable. Client blocked from sending from unregistered domains",
                "The sender's domain is not registered in the directory.",
                "Microsoft 365 admin center > Settings > Domains > Add domain: the sender's domain; or correct the "
                "account's address."}),
});

} // namespace postroom::knowledge
