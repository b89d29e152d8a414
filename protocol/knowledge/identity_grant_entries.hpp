#pragma once

#include "protocol/knowledge/rows.hpp"

/// Classes B and C: the grant of one delegate is dead, or the delegate must do something in a browser.
namespace postroom::knowledge {
namespace rows {

inline constexpr std::string_view sign_in_with_mfa =
    "The delegate signs in again and passes multi-factor authentication: `postroom authorize <provider>`. To spare "
    "them that, the directory's administrator excludes the application: Azure portal > Microsoft Entra ID > Security > "
    "Conditional Access > Policies > <policy> > Target resources > Exclude.";
inline constexpr std::string_view enrol_in_mfa =
    "The delegate registers a second factor at https://aka.ms/mfasetup, then signs in again: `postroom authorize "
    "<provider>`.";
inline constexpr std::string_view pick_account =
    "The delegate signs in again and picks the right account (Use another account; a private window of the browser "
    "helps): `postroom authorize <provider>`.";
inline constexpr std::string_view consent =
    "The delegate signs in again and accepts; or an administrator consents for everybody: Azure portal > Microsoft "
    "Entra ID > Enterprise applications > <application> > Permissions > Grant admin consent.";
inline constexpr std::string_view admin_consents =
    "Azure portal > Microsoft Entra ID > Enterprise applications > <application> > Permissions > Grant admin consent "
    "(or approve the request under Admin consent requests); then sign in again.";
inline constexpr std::string_view begin_anew = "Begin the sign-in anew: `postroom authorize <provider>`.";

} // namespace rows

inline constexpr auto identity_grant_entries = std::to_array<entry>({
    // -- B: the grant is dead -----------------------------------------------------------------------------------------
    rows::grant_dead("AADSTS700082", rows::user,
                     {"The refresh token has expired due to inactivity … was inactive for 90.00:00:00.",
                      "Nobody used the sign-in for 90 days; it is lost. Postroom uses each sign-in at least weekly, so "
                      "it was off for long.",
                      rows::sign_in_again}),
    rows::grant_dead("AADSTS70008", rows::user,
                     {"The provided authorization code or refresh token has expired due to inactivity.",
                      "The sign-in is too old, by its age or by a policy of the directory.", rows::sign_in_again}),
    rows::grant_dead(
        "AADSTS70043", rows::user,
        {"The refresh token has expired or is invalid due to sign-in frequency checks by Conditional "
         "Access.",
         "A policy of the directory asks for a new sign-in every so many days (the sign-in frequency).",
         "The delegate signs in again: `postroom authorize <provider>`. To stay signed in longer, the "
         "directory's administrator sets Azure portal > Microsoft Entra ID > Security > Conditional Access "
         "> Policies > <policy> > Session > Sign-in frequency to 365 days, or excludes the application "
         "under Target resources > Exclude."}),
    rows::grant_dead("AADSTS700084", rows::operators,
                     {"The refresh token was issued to a single page app (SPA) … lifetime of 1.00:00:00.",
                      "The redirect URI is registered for a single-page application, whose sign-ins last 24 hours.",
                      "Azure portal > App registrations > <application> > Authentication: remove the redirect URI from "
                      "Single-page application and add it under Web; then the delegate signs in again."}),
    rows::grant_dead("AADSTS50173", rows::user,
                     {"The provided grant has expired due to it being revoked, a fresh auth token is needed.",
                      "The sign-in was revoked: the password was changed or reset, or an administrator revoked the "
                      "sessions.",
                      rows::sign_in_again}),
    rows::grant_dead("AADSTS70000", rows::user,
                     {"The provided value for the input parameter 'refresh_token' is not valid.",
                      "The platform does not accept the sign-in any more; false alarms are known, so Postroom tries "
                      "once more.",
                      rows::sign_in_again},
                     {rows::once, rows::seconds{5}}),
    rows::grant_dead("AADSTS54005", rows::gateway,
                     {"OAuth2 Authorization code was already redeemed.",
                      "The browser submitted the sign-in twice, by a double click or by reloading the page.",
                      "Nothing, if the sign-in is there (`postroom grant list`); otherwise begin it anew: `postroom "
                      "authorize <provider>`."}),
    rows::grant_dead(
        "AADSTS50089", rows::user,
        {"Authentication failed due to flow token expired.", "The sign-in took too long.", rows::begin_anew}),
    rows::grant_dead("AADSTS50132", rows::user,
                     {"The session is not valid due to password expiration or recent password change.",
                      "The delegate's password was changed or has expired.", rows::sign_in_again}),
    rows::grant_dead("AADSTS50133", rows::user,
                     {"The session is not valid due to password expiration or recent password change.",
                      "The delegate's password was changed or has expired.", rows::sign_in_again}),
    rows::grant_dead("AADSTS9002341", rows::user,
                     {"User is required to permit SSO.", "The platform wants the delegate to confirm the sign-in.",
                      rows::sign_in_again}),
    rows::grant_dead("AADSTS50078", rows::user,
                     {"Presented multi-factor authentication has expired due to policies configured by your "
                      "administrator.",
                      "The directory wants multi-factor authentication to be passed again.", rows::sign_in_with_mfa}),
    rows::grant_dead("AADSTS50148", rows::user,
                     {"The code_verifier does not match the code_challenge supplied in the authorization request.",
                      "The code that came back belongs to another sign-in than the one that was begun.",
                      rows::begin_anew}),
    rows::grant_dead("AADSTS501481", rows::user,
                     {"The Code_Verifier does not match the code_challenge supplied in the authorization request.",
                      "The code that came back belongs to another sign-in than the one that was begun.",
                      rows::begin_anew}),
    rows::grant_dead("AADSTS70018", rows::user,
                     {"Invalid verification code: the device code is not known.",
                      "The platform does not know this sign-in on another device.", rows::begin_anew}),
    rows::grant_dead("AADSTS70019", rows::user,
                     {"Verification code expired.", "The code was not entered in time.", rows::begin_anew}),
    rows::grant_dead("AADSTS70020", rows::user,
                     {"The provided value for the input parameter 'device_code' has expired.",
                      "The code was not entered in time.", rows::begin_anew}),

    // -- C: the user must act -----------------------------------------------------------------------------------------
    rows::user_must_act("AADSTS50076", rows::user,
                        {"Due to a configuration change made by your administrator, or because you moved to a new "
                         "location, you must use multi-factor authentication.",
                         "The directory now asks for multi-factor authentication.", rows::sign_in_with_mfa}),
    rows::user_must_act("AADSTS50074", rows::user,
                        {"Strong authentication is required.",
                         "The directory now asks for multi-factor authentication.", rows::sign_in_with_mfa}),
    rows::user_must_act("AADSTS500121", rows::user,
                        {"Authentication failed during strong authentication request.",
                         "The second factor was not confirmed, or too late.", rows::sign_in_with_mfa}),
    rows::user_must_act("AADSTS50079", rows::user,
                        {"… you must enroll in multi-factor authentication.",
                         "The delegate has no second factor registered, but the directory asks for one.",
                         rows::enrol_in_mfa}),
    rows::user_must_act("AADSTS50072", rows::user,
                        {"… you must enroll in multi-factor authentication.",
                         "The delegate has no second factor registered, but the directory asks for one.",
                         rows::enrol_in_mfa}),
    rows::user_must_act("AADSTS50158", rows::user,
                        {"External security challenge not satisfied.",
                         "The directory asks for something more: another provider's second factor, or terms of use to "
                         "be accepted.",
                         rows::sign_in_again}),
    rows::user_must_act("AADSTS65001", rows::user,
                        {"The user or administrator has not consented to use the application with ID '…'.",
                         "The consent to a permission is missing or was withdrawn.", rows::consent}),
    rows::user_must_act("AADSTS65004", rows::user,
                        {"User declined to consent to access the app.",
                         "The delegate pressed Cancel instead of Accept.",
                         "The delegate signs in again and presses Accept: `postroom authorize <provider>`."}),
    rows::user_must_act("AADSTS90094", rows::directory_admin,
                        {"An administrator has set a policy that prevents you from granting '…' the permissions it is "
                         "requesting.",
                         "In this directory only an administrator may consent.", rows::admin_consents}),
    rows::user_must_act("AADSTS90095", rows::directory_admin,
                        {"Admin consent is required; a request for it can be sent to an administrator.",
                         "In this directory only an administrator may consent.", rows::admin_consents}),
    rows::user_must_act(
        "AADSTS50055", rows::user,
        {"The password is expired.", "The delegate's password has expired.",
         "The delegate changes the password at https://myaccount.microsoft.com > Password, then signs in "
         "again: `postroom authorize <provider>`."}),
    rows::user_must_act("AADSTS50058", rows::user,
                        {"A silent sign-in request was sent but no user is signed in.",
                         "Nobody is signed in at the platform in this browser.", rows::sign_in_again}),
    rows::user_must_act("AADSTS16000", rows::user,
                        {"The user account '…' does not exist in the tenant '…', or several accounts are signed in.",
                         "The platform cannot tell which account is meant, or the one chosen is not of this directory.",
                         rows::pick_account}),
    rows::user_must_act("AADSTS16001", rows::user,
                        {"The account selection timed out or cannot be used.",
                         "The platform cannot tell which account is meant.", rows::pick_account}),
});

} // namespace postroom::knowledge
