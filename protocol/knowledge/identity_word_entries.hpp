#pragma once

#include "protocol/knowledge/identity_grant_entries.hpp"
#include "protocol/knowledge/identity_policy_entries.hpp"

/// Refusals without a number that is known: by `suberror`, by `error` (RFC 6749 §5.2, OpenID Connect, RFC 8628; also
/// Google's), and by nothing but the HTTP status.
namespace postroom::knowledge {
namespace rows {

inline constexpr std::string_view check_application =
    "Compare application id, directory id and client secret with Azure portal > App registrations > <application>, at "
    "Google with Google Cloud console > APIs & Services > Credentials.";

} // namespace rows

inline constexpr auto identity_word_entries = std::to_array<entry>({
    // -- suberror -----------------------------------------------------------------------------------------------------
    rows::grant_dead("bad_token", rows::user,
                     {"suberror \"bad_token\"", "The sign-in is lost: it was revoked, or lay unused for too long.",
                      rows::sign_in_again}),
    rows::grant_dead("token_expired", rows::user,
                     {"suberror \"token_expired\"",
                      "The sign-in has reached the age that the directory allows (its sign-in frequency).",
                      "The delegate signs in again: `postroom authorize <provider>`. To stay signed in longer: Azure "
                      "portal > Microsoft Entra ID > Security > Conditional Access > Policies > <policy> > Session > "
                      "Sign-in frequency: 365 days."}),
    rows::user_must_act("basic_action", rows::user,
                        {"suberror \"basic_action\"",
                         "The delegate must do something in a browser, mostly "
                         "multi-factor authentication.",
                         rows::sign_in_with_mfa}),
    rows::user_must_act(
        "additional_action", rows::user,
        {"suberror \"additional_action\"",
         "The delegate must do something first, with a device or a network; the sign-in page says what.",
         rows::sign_in_again}),
    rows::policy("message_only", rows::directory_admin,
                 {"suberror \"message_only\"",
                  "A policy of the directory forbids the sign-in; to sign in again does not help.",
                  rows::exclude_from_policy}),
    rows::user_must_act("consent_required", rows::user,
                        {"error or suberror \"consent_required\"",
                         "The consent to a permission is missing or was withdrawn.", rows::consent}),
    rows::user_must_act(
        "user_password_expired", rows::user,
        {"suberror \"user_password_expired\"", "The delegate's password has expired.",
         "The delegate changes the password at https://myaccount.microsoft.com > Password, then signs in "
         "again: `postroom authorize <provider>`."}),
    rows::policy("protection_policy_required", rows::directory_admin,
                 {"suberror \"protection_policy_required\"", "A policy wants an application protected by Intune.",
                  rows::exclude_from_device_policy}),
    rows::policy("client_mismatch", rows::directory_admin,
                 {"suberror \"client_mismatch\"", "A policy wants the sign-in to come from a registered device.",
                  rows::exclude_from_device_policy}),
    rows::policy("device_authentication_failed", rows::directory_admin,
                 {"suberror \"device_authentication_failed\"", "A policy wants a device that is registered.",
                  rows::exclude_from_device_policy}),
    rows::grant_dead("invalid_rapt", rows::user,
                     {"error_subtype \"invalid_rapt\", reauth related error (Google)",
                      "The organisation's session control asks for a new sign-in every so many hours or days.",
                      "The delegate signs in again: `postroom authorize <provider>`. To stay signed in: Google Admin "
                      "console > Security > Access and data control > Google Cloud session control > Exempt trusted "
                      "apps, with the application trusted."}),

    // -- error --------------------------------------------------------------------------------------------------------
    rows::app_broken(
        "invalid_client", rows::operators,
        {"error \"invalid_client\"", "The application id or its client secret is wrong.", rows::check_application}),
    rows::app_broken(
        "unauthorized_client", rows::operators,
        {"error \"unauthorized_client\"",
         "The application may not do this here: wrong id, not consented to in this directory, or at Google "
         "not allowed for the whole domain.",
         "Compare application id and directory id; consent once more; at Google: Admin console > Security > "
         "Access and data control > API controls > Manage domain-wide delegation: add the client id with "
         "the scope https://mail.google.com/."}),
    rows::app_broken("deleted_client", rows::operators,
                     {"error \"deleted_client\", The OAuth client was deleted. (Google)",
                      "The application's credentials were deleted.",
                      "Google Cloud console > APIs & Services > Credentials > Create credentials > OAuth client ID (or "
                      "Restore deleted credentials); enter id and secret at the provider, then everybody signs in "
                      "again."}),
    rows::policy(
        "org_internal", rows::operators,
        {"error \"org_internal\", restricted to users within its organization (Google)",
         "The application is for its own organisation only, and the delegate is of another one.",
         "Sign in with an account of the organisation; or Google Cloud console > APIs & Services > OAuth consent "
         "screen > User type > Make external."},
        {}),
    rows::app_broken(
        "redirect_uri_mismatch", rows::operators,
        {"error \"redirect_uri_mismatch\" (Google)",
         "The provider's redirect URI is not registered at the application.",
         "Google Cloud console > APIs & Services > Credentials > <client> > Authorized redirect URIs > Add "
         "URI: the provider's redirect URI, byte for byte."}),
    // Without a number that is known: false alarms happen, so the token is kept and tried once more.
    rows::grant_dead(
        "invalid_grant", rows::user,
        {"error \"invalid_grant\"",
         "The platform does not accept the sign-in any more: expired, revoked, or the password was changed "
         "(Google tells no more than that).",
         "The delegate signs in again: `postroom authorize <provider>`. If it happens at Google every seven "
         "days, the application is in testing: Google Cloud console > APIs & Services > OAuth consent "
         "screen > Publish app."},
        {rows::once, rows::seconds{60}}),
    rows::user_must_act(
        "interaction_required", rows::user,
        {"error \"interaction_required\"", "The delegate must do something in a browser.", rows::sign_in_again}),
    rows::user_must_act(
        "login_required", rows::user,
        {"error \"login_required\"", "Nobody is signed in at the platform in this browser.", rows::sign_in_again}),
    rows::user_must_act("account_selection_required", rows::user,
                        {"error \"account_selection_required\"", "The platform cannot tell which account is meant.",
                         rows::pick_account}),
    rows::policy("access_denied", rows::directory_admin,
                 {"error \"access_denied\"",
                  "The sign-in was declined, by the person or by a policy of the organisation.",
                  "Sign in again and accept; if that does not help, the administrator allows the application: Azure "
                  "portal > Microsoft Entra ID > Enterprise applications > <application> > Permissions > Grant admin "
                  "consent."}),
    rows::user_must_act("authorization_declined", rows::user,
                        {"error \"authorization_declined\"", "The delegate declined on the other device.",
                         "Begin anew and accept: `postroom authorize <provider>`."}),
    rows::policy("admin_policy_enforced", rows::directory_admin,
                 {"error \"admin_policy_enforced\" (Google)", "The Workspace administrator restricts the application.",
                  "Google Admin console > Security > Access and data control > API controls > Manage third-party app "
                  "access > Configure new app: the client id, Trusted."}),
    rows::transient("authorization_pending",
                    {"error \"authorization_pending\"", "The code has not been entered on the other device yet.",
                     "Open the address that was shown, enter the code and sign in; Postroom waits for it."}),
    rows::transient("slow_down", {"error \"slow_down\"", "The platform is asked too often.", rows::wait_advice},
                    {rows::by_backoff, rows::seconds{60}}),
    rows::grant_dead(
        "expired_token", rows::user,
        {"error \"expired_token\"", "The code was not entered on the other device in time.", rows::begin_anew}),
    rows::grant_dead("bad_verification_code", rows::user,
                     {"error \"bad_verification_code\"", "The platform does not know this sign-in on another device.",
                      rows::begin_anew}),
    rows::transient("temporarily_unavailable",
                    {"error \"temporarily_unavailable\"", "The platform is busy.", rows::wait_advice}),
    rows::transient("server_error", {"error \"server_error\"", "The platform has a passing fault.", rows::wait_advice}),
    rows::transient("internal_failure",
                    {"error \"internal_failure\" (Google)", "The platform has a passing fault.", rows::wait_advice}),
    rows::transient(
        "rate_limit_exceeded",
        {"error \"rate_limit_exceeded\" (Google)", "The application asks for tokens too often.", rows::wait_advice},
        {rows::by_backoff, rows::seconds{60}}),
    rows::app_broken(
        "invalid_tenant", rows::operators,
        {"error \"invalid_tenant\"", "There is no such directory in this cloud.",
         "Correct the provider's directory id (Azure portal > Microsoft Entra ID > Overview > Tenant ID) and "
         "its national_cloud."}),
    rows::app_broken("invalid_request", rows::developer,
                     {"error \"invalid_request\"", "The platform cannot read the request.",
                      "Report it to Postroom's developers with trace id and correlation id."}),
    rows::app_broken("invalid_scope", rows::operators,
                     {"error \"invalid_scope\"", "A scope is misspelt, unknown, or not allowed for the application.",
                      "Correct the provider's scope, or clear it to use those of its purposes: `postroom provider set "
                      "<provider> --clear scope`."}),
    rows::app_broken(
        "invalid_resource", rows::directory_admin,
        {"error \"invalid_resource\"",
         "The directory has no Exchange Online, or the scope names something that does not exist.",
         "Microsoft 365 admin center > Billing > Licenses: assign a plan with Exchange Online; and check the "
         "provider's scope."}),
    rows::app_broken("unsupported_grant_type", rows::operators,
                     {"error \"unsupported_grant_type\"", "The registration does not allow this way to get tokens.",
                      "Azure portal > App registrations > <application> > Authentication: platform Web with the "
                      "provider's redirect URI; for device codes set Allow public client flows to Yes."}),
    rows::app_broken("unsupported_response_type", rows::operators,
                     {"error \"unsupported_response_type\"", "The registration does not allow this way to sign in.",
                      "Azure portal > App registrations > <application> > Authentication: platform Web with the "
                      "provider's redirect URI."}),

    // -- the HTTP status alone ----------------------------------------------------------------------------------------
    rows::transient(
        "identity.throttled",
        {"HTTP 429 from the token endpoint", "The platform gets too many requests for tokens.", rows::wait_advice},
        {rows::by_backoff, rows::seconds{60}}),
    rows::transient("identity.server_fault",
                    {"HTTP 5xx from the token endpoint",
                     "The platform has a passing fault; it says nothing of the sign-in.", rows::wait_advice}),
    rows::app_broken(
        "identity.not_there", rows::operators,
        {"HTTP 404 from the token endpoint", "There is no token endpoint at this address.",
         "Correct the provider's token endpoint, directory id and national_cloud; leave the endpoint empty "
         "to use the platform's own."}),
    rows::make(origin::identity, "identity.unknown", "transient", errc::identity_unavailable, rows::operators,
               {rows::slowly, rows::seconds{60}},
               {"An answer that is not known", "The platform gave an answer that Postroom does not know.",
                "Read its words in the detail; if they do not help, report them to Postroom's developers with trace id "
                "and correlation id."}),
});

} // namespace postroom::knowledge
