#include "sim/identity/errors.hpp"

#include <algorithm>
#include <array>

// What Entra answers, row by row. Numbers, `error` and `suberror` are Microsoft's; the texts say the same in other
// words where Microsoft's are not known. A new case is a new row here, nothing else.
namespace postroom::sim {
namespace {

constexpr std::string_view invalid_grant = "invalid_grant";
constexpr std::string_view invalid_client = "invalid_client";
constexpr std::string_view invalid_request = "invalid_request";
constexpr std::string_view interaction = "interaction_required";
constexpr std::string_view unauthorized = "unauthorized_client";
constexpr std::string_view none = "";

constexpr std::string_view transient_text = "A transient error has occurred. Please try again.";
constexpr std::string_view mfa_text =
    "Due to a configuration change made by your administrator, or because you moved to a new location, you must use "
    "multi-factor authentication to access '{0}'.";
constexpr std::string_view mfa_enrolment_text =
    "Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll "
    "in multi-factor authentication to access '{0}'.";
constexpr std::string_view policy_text =
    "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.";

constexpr auto rows = std::to_array<entra_error>({
    {16000, 400, interaction, none,
     "The user account '{0}' does not exist in the tenant '{1}', or several accounts are "
     "signed in. The user must choose another account."},
    {16001, 400, interaction, none,
     "The account selection timed out or cannot be used; an account must be chosen again."},
    {28000, 400, invalid_request, none,
     "Provided value for the input parameter scope is not valid because it contains "
     "more than one resource. Scope {0} is not valid."},
    {50011, 400, invalid_request, none,
     "The redirect URI '{0}' specified in the request does not match the redirect URIs "
     "configured for the application '{1}'."},
    {50012, 401, invalid_client, none,
     "Authentication failed: the client assertion is not within its valid time range."},
    {50020, 400, invalid_grant, none,
     "User account '{0}' from another identity provider does not exist in tenant '{1}' "
     "and cannot access the application in that tenant. The account needs to be added as an external user first."},
    {50027, 400, invalid_request, none, "Invalid JWT token: {0}."},
    {50033, 503, "temporarily_unavailable", none, transient_text},
    {50034, 400, invalid_grant, none,
     "The user account {0} does not exist in the {1} directory. To sign into this "
     "application, the account must be added to the directory."},
    {50053, 400, invalid_grant, none,
     "The account is locked, you've tried to sign in too many times with an incorrect "
     "user ID or password, or the sign-in came from an IP address with malicious activity."},
    {50055, 400, invalid_grant, "user_password_expired", "The password is expired."},
    {50057, 400, invalid_grant, none, "The user account is disabled."},
    {50058, 400, "login_required", none, "A silent sign-in request was sent but no user is signed in."},
    {50059, 400, invalid_request, none,
     "No tenant-identifying information found in either the request or implied by any "
     "provided credentials."},
    {50072, 400, invalid_grant, "basic_action", mfa_enrolment_text, 0, true},
    {50074, 400, invalid_grant, "basic_action", "Strong authentication is required.", 0, true},
    {50076, 400, invalid_grant, "basic_action", mfa_text, 0, true},
    {50078, 400, invalid_grant, "basic_action",
     "Presented multi-factor authentication has expired due to policies "
     "configured by your administrator, you must refresh your multi-factor authentication to access '{0}'."},
    {50079, 400, invalid_grant, "basic_action", mfa_enrolment_text, 0, true},
    {50087, 503, "temporarily_unavailable", none,
     "A transient error has occurred during strong authentication. Please "
     "try again."},
    {50089, 400, invalid_grant, none, "Authentication failed due to flow token expired. Please sign in again."},
    {50105, 400, invalid_grant, none,
     "Your administrator has configured the application '{0}' to block users unless "
     "they are specifically granted ('assigned') access to the application. The signed in user '{1}' is blocked "
     "because "
     "they are not a direct member of a group with access."},
    {50126, 400, invalid_grant, none, "Error validating credentials due to invalid username or password."},
    {50132, 400, invalid_grant, none, "The session is not valid due to password expiration or recent password change."},
    {50133, 400, invalid_grant, none, "The session is not valid due to password expiration or recent password change."},
    {50148, 400, invalid_grant, none,
     "The code_verifier does not match the code_challenge supplied in the authorization "
     "request for PKCE."},
    {50149, 400, invalid_request, none, "Invalid Code_Challenge_method parameter."},
    {50158, 400, interaction, none,
     "External security challenge not satisfied. User will be redirected to another page "
     "or authentication provider to satisfy additional authentication challenges."},
    {50173, 400, invalid_grant, "bad_token",
     "The provided grant has expired due to it being revoked, a fresh auth token "
     "is needed. The user might have changed or reset their password. The grant was issued on '{0}' and the "
     "TokensValidFrom date (before which tokens are not valid) for this user is '{1}'."},
    {50194, 400, invalid_request, none,
     "Application '{0}' is not configured as a multi-tenant application. Usage of the "
     "/common endpoint is not supported for such apps. Use a tenant-specific endpoint or configure the application to "
     "be "
     "multi-tenant."},
    {50196, 400, invalid_grant, none,
     "The server terminated an operation because it encountered a client request loop. "
     "Please contact your app vendor."},
    {53000, 400, invalid_grant, "message_only",
     "Device is not in required device state: {0}. Conditional Access policy "
     "requires a compliant device, and the device is not compliant."},
    {53001, 400, invalid_grant, "message_only",
     "Device is not in required device state: {0}. Conditional Access policy "
     "requires a domain joined device, and the device is not domain joined."},
    {53003, 400, invalid_grant, "message_only", policy_text, 0, true},
    {54005, 400, invalid_grant, none,
     "OAuth2 Authorization code was already redeemed, please retry with a new valid code "
     "or use an existing refresh token."},
    {65001, 400, invalid_grant, "consent_required",
     "The user or administrator has not consented to use the application "
     "with ID '{0}' named '{1}'. Send an interactive authorization request for this user and resource."},
    {65004, 400, "access_denied", none, "User declined to consent to access the app."},
    {70000, 400, invalid_grant, none, "The provided value for the input parameter '{0}' is not valid."},
    {70001, 400, unauthorized, none, "The application '{0}' is disabled or not installed in the tenant '{1}'."},
    {70003, 400, "unsupported_grant_type", none, "The app requested an unsupported grant type '{0}'."},
    {70008, 400, invalid_grant, none,
     "The provided authorization code or refresh token has expired due to inactivity. "
     "Send a new interactive authorization request for this user and resource."},
    {70011, 400, "invalid_scope", none,
     "The provided request must include a 'scope' input parameter. The provided value "
     "for the input parameter 'scope' is not valid. The scope {0} is not valid."},
    {70016, 400, "authorization_pending", none,
     "OAuth 2.0 device flow error. Authorization is pending. Continue "
     "polling."},
    {70018, 400, "bad_verification_code", none, "Invalid verification code: the device code is not known."},
    {70019, 400, "expired_token", none, "Verification code expired. The user took too long; start again."},
    {70020, 400, "expired_token", none, "The provided value for the input parameter 'device_code' has expired."},
    {70043, 400, invalid_grant, "token_expired",
     "The refresh token has expired or is invalid due to sign-in frequency "
     "checks by conditional access. The token was issued on {0} and the maximum allowed lifetime for this request is "
     "{1}."},
    {90002, 400, "invalid_tenant", none,
     "Tenant '{0}' not found. Check to make sure you have the correct tenant ID and "
     "are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no "
     "active subscriptions for the tenant."},
    {90006, 503, "server_error", none, transient_text},
    {90012, 504, "temporarily_unavailable", none, "The request timed out. Please try again."},
    {90024, 503, "temporarily_unavailable", none,
     "The budget of the request was exceeded; a transient error has "
     "occurred. Please try again."},
    {90033, 503, "temporarily_unavailable", none,
     "A transient error has occurred. The directory service is temporarily "
     "unavailable. Please try again."},
    {90055, 429, "temporarily_unavailable", none,
     "There are too many requests for the tenant. Please try again later."},
    {90072, 400, invalid_grant, none,
     "User account '{0}' from an external identity provider does not exist in tenant "
     "'{1}' and cannot access the application. The account needs to be added as an external user first."},
    {90090, 503, "temporarily_unavailable", none, transient_text},
    {90094, 400, "access_denied", none,
     "An administrator of '{0}' has set a policy that prevents you from granting '{1}' "
     "the permissions it is requesting. Contact an administrator, who can grant permissions on your behalf."},
    {90095, 400, "access_denied", none,
     "Admin consent is required for '{1}' in '{0}'; a request for it can be sent to "
     "an administrator."},
    {135011, 400, invalid_grant, none, "The device used during the authentication is disabled."},
    {500011, 400, "invalid_resource", none,
     "The resource principal named {0} was not found in the tenant named {1}. This "
     "can happen if the application has not been installed by the administrator of the tenant or consented to by any "
     "user in the tenant. You might have sent your authentication request to the wrong tenant."},
    {500112, 400, invalid_grant, none,
     "The reply address '{0}' does not match the reply address '{1}' provided when "
     "requesting Authorization code."},
    {500121, 400, "access_denied", none, "Authentication failed during strong authentication request."},
    {500133, 400, invalid_grant, none,
     "Assertion is not within its valid time range. Ensure that the access token is not "
     "expired before using it for user assertion, or request a new token.",
     70002},
    {501481, 400, invalid_grant, none,
     "The Code_Verifier does not match the code_challenge supplied in the "
     "authorization request."},
    {530003, 400, invalid_grant, "message_only", "Your device is required to be managed to access this resource."},
    {530032, 400, invalid_grant, none, "Access has been blocked by a security policy of the tenant."},
    {530034, 400, invalid_grant, none,
     "Access has been blocked by a security policy of the tenant: a delegated "
     "administrator was blocked from accessing it due to account risk in their home tenant."},
    {530035, 400, invalid_grant, none, "Access has been blocked by security defaults."},
    {650052, 400, "invalid_resource", none,
     "The app is trying to access a service '{0}' that your organization '{1}' "
     "lacks a service principal for. Contact your IT Admin to review the configuration of your service subscriptions."},
    {700003, 400, invalid_grant, none, "Device object was not found in the tenant '{0}' directory."},
    {700005, 400, invalid_grant, none,
     "Provided Authorization Code is intended to use against other tenant, thus "
     "rejected. OAuth2 Authorization Code must be redeemed against same tenant it was acquired for ({0} or {1})."},
    {700016, 400, unauthorized, none,
     "Application with identifier '{0}' was not found in the directory '{1}'. This can "
     "happen if the application has not been installed by the administrator of the tenant or consented to by any user "
     "in "
     "the tenant. You may have sent your authentication request to the wrong tenant."},
    {700021, 401, invalid_client, none, "Client assertion application identifier doesn't match 'client_id' parameter."},
    {700022, 400, invalid_request, none,
     "Provided value for the input parameter scope is not valid because it contains "
     "more than one resource."},
    {700023, 401, invalid_client, none, "Client assertion audience claim does not match Realm issuer."},
    {700024, 401, invalid_client, none, "Client assertion is not within its valid time range. Current time: {0}, {1}."},
    {700025, 401, invalid_client, none,
     "Client is public so neither 'client_assertion' nor 'client_secret' should be "
     "presented."},
    {700027, 401, invalid_client, none,
     "Client assertion failed signature validation or its certificate is not "
     "registered. [Reason - {0}, Thumbprint of key used by client: '{1}']"},
    {700054, 400, "unsupported_response_type", none, "response_type '{0}' is not enabled for the application."},
    {700082, 400, invalid_grant, "bad_token",
     "The refresh token has expired due to inactivity. The token was issued on "
     "{0} and was inactive for 90.00:00:00."},
    {700084, 400, invalid_grant, none,
     "The refresh token was issued to a single page app (SPA), and therefore has a "
     "fixed, limited lifetime of 1.00:00:00, which cannot be extended. It is now expired and a new sign in request "
     "must "
     "be sent by the SPA to the sign in page. The token was issued on {0}."},
    {900144, 400, invalid_request, none, "The request body must contain the following parameter: '{0}'."},
    {900382, 400, invalid_request, none, "Confidential Client is not supported in Cross Cloud request."},
    {900432, 400, invalid_request, none, "Confidential Client is not supported in Cross Cloud request."},
    {900561, 400, invalid_request, none, "The endpoint only accepts POST requests. Received a {0} request."},
    {1002012, 400, "invalid_scope", none,
     "The provided value for scope {0} is not valid. Client credential flows must "
     "have a scope value with /.default suffixed to the resource identifier (application ID URI)."},
    {5000224, 400, invalid_request, none,
     "The resource is not available in this cloud. If you are seeing this message by "
     "mistake, please contact your administrator."},
    {5000225, 400, invalid_request, none, "This tenant has been blocked due to inactivity."},
    {7000112, 400, unauthorized, none, "Application '{0}' ({1}) is disabled."},
    {7000215, 401, invalid_client, none,
     "Invalid client secret provided. Ensure the secret being sent in the request is "
     "the client secret value, not the client secret ID, for a secret added to app '{0}'."},
    {7000218, 401, invalid_client, none,
     "The request body must contain the following parameter: 'client_assertion' or "
     "'client_secret'."},
    {7000222, 401, invalid_client, none,
     "The provided client secret keys for app '{0}' are expired. Visit the portal to "
     "create new keys for your app, or consider using certificate credentials for added security."},
    {9002313, 400, invalid_request, none, "Invalid request. Request is malformed or invalid."},
    {9002341, 400, interaction, none, "User is required to permit SSO."},
});
static_assert(std::ranges::is_sorted(rows, std::ranges::less{}, &entra_error::code));

} // namespace

std::span<const entra_error> entra_errors() {
  return rows;
}

const entra_error* find_entra_error(std::uint32_t code) {
  const auto found = std::ranges::lower_bound(rows, code, std::ranges::less{}, &entra_error::code);
  return found != rows.end() && found->code == code ? &*found : nullptr;
}

} // namespace postroom::sim
