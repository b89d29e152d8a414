#pragma once

#include "protocol/knowledge/rows.hpp"

/// Classes D and E: an administrator must act, or the fault passes by itself.
namespace postroom::knowledge {
namespace rows {

inline constexpr std::string_view exclude_from_policy =
    "Azure portal > Microsoft Entra ID > Sign-in logs: find the sign-in by its correlation id, its tab Conditional "
    "Access names the policy; then Security > Conditional Access > Policies > <policy>: exclude the application under "
    "Target resources, or the gateway's addresses under Network.";
inline constexpr std::string_view exclude_from_device_policy =
    "Azure portal > Microsoft Entra ID > Security > Conditional Access > Policies > <policy> > Target resources > "
    "Exclude: the application; a gateway has no device that could be registered.";
inline constexpr std::string_view read_sign_in_log =
    "Azure portal > Microsoft Entra ID > Sign-in logs: find the sign-in by its correlation id; it names the policy to "
    "be changed.";
inline constexpr std::string_view right_directory = "Correct the delegate's address and the provider's directory id; "
                                                    "or have the user invited: Azure portal > Microsoft "
                                                    "Entra ID > Users > New user > Invite external user.";
inline constexpr std::string_view resource_blocked =
    "The directory's administrator looks at Microsoft 365 admin center > Billing > Your products, and asks Microsoft's "
    "support with trace id and correlation id.";

} // namespace rows

inline constexpr auto identity_policy_entries = std::to_array<entry>({
    // -- D: policy or state of the account ----------------------------------------------------------------------------
    rows::policy(
        "AADSTS53003", rows::directory_admin,
        {"Access has been blocked by Conditional Access policies.",
         "A Conditional Access policy forbids the sign-in, for its place, its application or its risk; to sign "
         "in again does not help.",
         rows::exclude_from_policy}),
    rows::policy("AADSTS53000", rows::directory_admin,
                 {"Conditional Access policy requires a compliant device, and the device is not compliant.",
                  "A policy wants a device that is managed and compliant.", rows::exclude_from_device_policy}),
    rows::policy("AADSTS530003", rows::directory_admin,
                 {"Your device is required to be managed to access this resource.",
                  "A policy wants a device that is managed.", rows::exclude_from_device_policy}),
    rows::policy("AADSTS53001", rows::directory_admin,
                 {"Conditional Access policy requires a domain joined device, and the device is not domain joined.",
                  "A policy wants a device that is joined to the domain.", rows::exclude_from_device_policy}),
    rows::policy("AADSTS530032", rows::directory_admin,
                 {"Access has been blocked by a security policy of the tenant.",
                  "A security policy of the directory forbids the sign-in.", rows::read_sign_in_log}),
    rows::policy("AADSTS530034", rows::directory_admin,
                 {"A delegated administrator was blocked from accessing the tenant due to account risk.",
                  "A security policy of the directory forbids the sign-in.", rows::read_sign_in_log}),
    rows::policy(
        "AADSTS530035", rows::directory_admin,
        {"Access has been blocked by security defaults.", "The directory's security defaults forbid the sign-in.",
         "Azure portal > Microsoft Entra ID > Properties > Manage security defaults: Disabled, with Conditional "
         "Access policies in their place."}),
    rows::policy(
        "AADSTS50105", rows::directory_admin,
        {"Your administrator has configured the application '…' to block users unless they are specifically "
         "granted ('assigned') access.",
         "The application is for assigned users only, and the delegate is none of them.",
         "Azure portal > Microsoft Entra ID > Enterprise applications > <application> > Users and groups > Add "
         "user/group: the delegate."}),
    rows::policy(
        "AADSTS50057", rows::directory_admin,
        {"The user account is disabled.",
         "The delegate's account is disabled: they have left, or a shared mailbox was used to sign in (its own "
         "account is always disabled).",
         "Sign in as another delegate, never as the shared mailbox itself; or enable the account: Azure portal > "
         "Microsoft Entra ID > Users > <delegate> > Edit properties > Account enabled."}),
    rows::policy("AADSTS50053", rows::directory_admin,
                 {"The account is locked … or the sign-in came from an IP address with malicious activity.",
                  "The account is locked after wrong passwords, or the gateway's address has a bad name.",
                  "Wait half an hour; if it stays: Azure portal > Microsoft Entra ID > Users > <delegate> > Reset "
                  "password, or name the gateway's addresses as trusted under Security > Named locations."},
                 {rows::slowly, rows::seconds{1800}}),
    rows::policy("AADSTS50034", rows::operators,
                 {"The user account … does not exist in the … directory.",
                  "The delegate's account does not exist in this directory: misspelt, deleted, or of another one.",
                  rows::right_directory},
                 {}),
    rows::policy("AADSTS50020", rows::operators,
                 {"User account '…' from another identity provider does not exist in tenant '…'.",
                  "The delegate belongs to another directory and is no guest of this one.", rows::right_directory},
                 {}),
    rows::policy("AADSTS90072", rows::operators,
                 {"User account '…' from an external identity provider does not exist in tenant '…'.",
                  "The delegate belongs to another directory and is no guest of this one.", rows::right_directory},
                 {}),
    rows::policy("AADSTS50126", rows::user,
                 {"Error validating credentials due to invalid username or password.",
                  "User name or password is wrong.", "Enter the right ones; a wrong password is never tried again."},
                 {}),
    rows::policy(
        "AADSTS700003", rows::directory_admin,
        {"Device object was not found in the tenant '…' directory.",
         "The device from which was signed in was deleted from the directory.",
         "The delegate signs in again from another device; or exclude the application from policies that want a "
         "device: Azure portal > Microsoft Entra ID > Security > Conditional Access > Policies."},
        {}),
    rows::policy("AADSTS135011", rows::directory_admin,
                 {"The device used during the authentication is disabled.",
                  "The device from which was signed in is disabled in the directory.",
                  "Azure portal > Microsoft Entra ID > Devices > All devices > <device> > Enable; or sign in from "
                  "another device."},
                 {}),
    rows::policy("AADSTS5000224", rows::directory_admin,
                 {"The resource is not available in this cloud.",
                  "Exchange Online is not to be had for this kind of directory or cloud.", rows::resource_blocked},
                 {}),
    rows::policy("AADSTS5000225", rows::directory_admin,
                 {"This tenant has been blocked due to inactivity.",
                  "Microsoft has blocked the directory because nobody "
                  "used it.",
                  rows::resource_blocked},
                 {}),

    // -- E: passing ---------------------------------------------------------------------------------------------------
    rows::transient("AADSTS90033",
                    {"A transient error has occurred. The directory service is temporarily unavailable.",
                     "The platform's directory is busy.", rows::wait_advice},
                    {rows::by_backoff, rows::seconds{30}}),
    rows::transient("AADSTS90055",
                    {"There are too many requests for the tenant.",
                     "The directory gets more requests for tokens than the platform allows, from all its applications.",
                     rows::wait_advice},
                    {rows::by_backoff, rows::seconds{60}}),
    rows::transient("AADSTS90006", {"A transient error has occurred. Please try again.",
                                    "The platform has a passing fault.", rows::wait_advice}),
    rows::transient("AADSTS90012",
                    {"The request timed out. Please try again.", "The platform was too slow.", rows::wait_advice}),
    rows::transient("AADSTS90024", {"The budget of the request was exceeded; a transient error has occurred.",
                                    "The platform was too slow.", rows::wait_advice}),
    rows::transient("AADSTS90090", {"A transient error has occurred. Please try again.",
                                    "The platform has a passing fault.", rows::wait_advice}),
    rows::transient("AADSTS50033", {"A transient error has occurred. Please try again.",
                                    "The platform has a passing fault.", rows::wait_advice}),
    rows::transient("AADSTS50087", {"A transient error has occurred during strong authentication.",
                                    "The platform has a passing fault.", rows::wait_advice}),
    rows::transient("AADSTS70016",
                    {"OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
                     "The code has not been entered on the other device yet.",
                     "Open the address that was shown, enter the code and sign in; Postroom waits for it."}),
    rows::make(origin::identity, "AADSTS50196", "transient", errc::identity_unavailable, rows::developer,
               {rows::slowly, rows::seconds{600}},
               {"The server terminated an operation because it encountered a client request loop.",
                "The platform saw the same request too often and stopped it; Postroom rests for ten minutes.",
                "Look for another program that uses the same application id with the same delegate; if there is none, "
                "report it to Postroom's developers with trace id and correlation id."}),
});

} // namespace postroom::knowledge
