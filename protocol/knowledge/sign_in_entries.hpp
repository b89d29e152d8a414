#pragma once

#include "protocol/knowledge/rows.hpp"

/// What Postroom itself finds wrong while somebody signs in. `kind` is the name of the code.
namespace postroom::knowledge {
namespace rows {

consteval entry sign_in(std::string_view key, errc code, actor_role who, const words& says) {
  return coded(origin::sign_in, key, code, who, {never}, says);
}

} // namespace rows

inline constexpr auto sign_in_entries = std::to_array<entry>({
    rows::sign_in("sign_in.wrong_person", errc::forbidden, rows::user,
                  {"Signed in as somebody else than expected",
                   "The sign-in was begun for another delegate than the one who signed in; nothing was stored.",
                   "Begin it anew and choose Use another account (a private window of the browser helps), or begin it "
                   "for the one who signs in."}),
    rows::sign_in("sign_in.declined", errc::user_action_required, rows::user,
                  {"Cancel was pressed, or the permissions were not accepted",
                   "The delegate did not accept what the application asks for.",
                   "Begin the sign-in anew and press Accept."}),
    rows::sign_in("sign_in.admin_approval", errc::blocked_by_policy, rows::directory_admin,
                  {"Need admin approval", "In this directory only an administrator may consent to the application.",
                   "An administrator opens the address that `postroom provider admin-consent <provider>` gives, and "
                   "accepts (or Azure "
                   "portal > Microsoft Entra ID > Enterprise applications > <application> > Permissions > Grant admin "
                   "consent); then the "
                   "delegate signs in again."}),
    rows::sign_in("sign_in.stale_state", errc::not_found, rows::user,
                  {"The sign-in is unknown: too old, used already, or the page was reloaded",
                   "The answer belongs to no sign-in that is waiting: each one can be used once, for a short time.",
                   "Begin the sign-in anew; if it was just successful, there is nothing to do."}),
    rows::sign_in(
        "sign_in.no_cookie", errc::forbidden, rows::user,
        {"The browser that came back is not the one that began the sign-in",
         "The sign-in must begin and end in the same browser, which must keep cookies.",
         "Open the sign-in address in the browser in which you sign in, with cookies allowed; its host must be "
         "the one of the redirect URI. For a machine without a browser: `postroom authorize <provider>`."}),
    rows::sign_in(
        "sign_in.missing_permission", errc::user_action_required, rows::user,
        {"A permission that was asked for was not given",
         "The sign-in is stored, but a part of the work will fail without this permission.",
         "Azure portal > App registrations > <application> > API permissions > Add a permission: add it "
         "(IMAP.AccessAsUser.All and SMTP.Send are under Microsoft Graph > Delegated permissions); then sign in "
         "again and accept everything."}),
    rows::sign_in("sign_in.no_refresh_token", errc::app_misconfigured, rows::operators,
                  {"The platform gave no refresh token",
                   "Without a refresh token the sign-in would last an hour; nothing was stored.",
                   "The scope must contain offline_access: `postroom provider set <provider> --clear scope`. At Google "
                   "remove the application under Google Account > Security > Third-party access, then sign in again."}),
    rows::sign_in("sign_in.identity_invalid", errc::signature_invalid, rows::operators,
                  {"The ID token does not check",
                   "It cannot be proved who signed in: signature, issuer, audience, time or nonce of the ID token is "
                   "wrong.",
                   "Check the clock of the gateway's machine, the provider's application id, and its discovery_url, "
                   "issuer and jwks_uri (clear them to use the platform's own); then begin the sign-in anew."}),
    rows::sign_in("sign_in.directory_not_allowed", errc::blocked_by_policy, rows::operators,
                  {"Signed in with an account of a directory that is not allowed",
                   "The provider allows people of certain directories only, and this is none of them.",
                   "Sign in with an account of the right directory, or add this one: `postroom provider set <provider> "
                   "--allowed-directories '<directory id> …'`."}),
});

} // namespace postroom::knowledge
