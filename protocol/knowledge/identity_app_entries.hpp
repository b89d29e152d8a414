#pragma once

#include "protocol/knowledge/rows.hpp"

/// Class A of the identity platform's refusals: the application's registration is wrong, and every mailbox of this
/// application and directory fails.
namespace postroom::knowledge {
namespace rows {

inline constexpr std::string_view one_resource =
    "Nobody but Postroom's developers: one token request may name scopes of one resource only. Report it with trace id "
    "and correlation id.";
inline constexpr std::string_view report_request =
    "Report it to Postroom's developers with trace id and correlation id; if only one mailbox is concerned, the "
    "delegate signs in again.";
inline constexpr std::string_view clock =
    "Set the clock of the gateway's machine (`timedatectl set-ntp true`); if it is right, replace the provider's "
    "certificate.";
inline constexpr std::string_view no_exchange =
    "Microsoft 365 admin center > Billing > Licenses: assign a plan with Exchange Online to somebody of the directory, "
    "then sign in and consent again.";
inline constexpr std::string_view enable_application =
    "Azure portal > Microsoft Entra ID > Enterprise applications > <application> > Properties > Enabled for users to "
    "sign in: Yes.";
inline constexpr std::string_view other_cloud = "Set the provider's national_cloud to the one in which the application "
                                                "is registered (worldwide, us_gov_high, us_gov_dod, "
                                                "china); registrations do not cross clouds.";
inline constexpr std::string_view enable_flow =
    "Azure portal > App registrations > <application> > Authentication: add the platform Web with the provider's "
    "redirect URI; for device codes set Allow public client flows to Yes.";

} // namespace rows

inline constexpr auto identity_app_entries = std::to_array<entry>({
    rows::app_broken(
        "AADSTS7000222", rows::operators,
        {"The provided client secret keys for app '…' are expired.",
         "The application's client secret has expired; people can still sign in, but no mailbox gets a "
         "token.",
         "Azure portal > App registrations > <application> > Certificates & secrets > Client secrets > New "
         "client secret; then enter its Value: `postroom provider update-secret <provider> --client-secret-file -`; "
         "of a provider in the configuration file: there, then restart."}),
    rows::app_broken("AADSTS7000215", rows::operators,
                     {"Invalid client secret provided. Ensure the secret being sent is the client secret value, not "
                      "the client secret ID.",
                      "The client secret is wrong; often the secret's ID was entered instead of its Value.",
                      "Enter the column Value, not Secret ID: `postroom provider update-secret <provider> "
                      "--client-secret-file -`; of a provider in the configuration file: there, then restart. "
                      "The portal shows a Value only once: if it is lost, make a new one (Azure portal > App "
                      "registrations > <application> > Certificates & secrets > New client secret)."}),
    rows::app_broken(
        "AADSTS7000218", rows::operators,
        {"The request body must contain 'client_assertion' or 'client_secret'.",
         "The registration asks for a client secret or certificate, and the provider has none.",
         "Enter one: `postroom provider update-secret <provider> --client-secret-file -`; of a "
         "provider in the configuration file: there, then restart. It is made in Azure portal > App registrations > "
         "<application> > Certificates & secrets."}),
    rows::app_broken("AADSTS700025", rows::operators,
                     {"Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
                      "The application is registered as a public client, but the provider has a client secret.",
                      "Azure portal > App registrations > <application> > Authentication > Add a platform > Web, with "
                      "the provider's redirect URI; or remove the secret: `postroom provider set <provider> --clear "
                      "client_secret`."}),
    rows::app_broken(
        "AADSTS700027", rows::operators,
        {"Client assertion failed signature validation, or its certificate is not registered.",
         "The provider's certificate is not the one that is registered at the application.",
         "Azure portal > App registrations > <application> > Certificates & secrets > Certificates > Upload "
         "certificate: upload the provider's certificate, and compare the thumbprint."}),
    rows::app_broken("AADSTS700021", rows::developer,
                     {"Client assertion application identifier doesn't match 'client_id' parameter.",
                      "The signed client assertion names another application than the request.", rows::report_request}),
    rows::app_broken("AADSTS700023", rows::operators,
                     {"Client assertion audience claim does not match Realm issuer.",
                      "The signed client assertion is meant for another token endpoint.",
                      "Check the provider's token endpoint and cloud; leave the endpoint empty to use the platform's "
                      "own."}),
    rows::app_broken("AADSTS50027", rows::operators,
                     {"Invalid JWT token.", "The signed client assertion cannot be read by the platform.",
                      "Check that the provider's certificate and private key belong together, then replace both."}),
    rows::app_broken("AADSTS700024", rows::operators,
                     {"Client assertion is not within its valid time range.",
                      "The clock of the gateway's machine is more than five minutes off.", rows::clock}),
    rows::app_broken("AADSTS50012", rows::operators,
                     {"The client assertion is not within its valid time range.",
                      "The clock of the gateway's machine is off, or the certificate has expired.", rows::clock}),
    rows::app_broken("AADSTS500133", rows::operators,
                     {"Assertion is not within its valid time range.",
                      "What was presented is not valid at the platform's time: the clock of the gateway's machine is "
                      "probably off.",
                      rows::clock},
                     {rows::once, rows::seconds{60}}),
    rows::app_broken("AADSTS700016", rows::operators,
                     {"Application with identifier '…' was not found in the directory '…'.",
                      "The directory does not know the application: application id or directory id is wrong, or nobody "
                      "of the directory has consented to it yet.",
                      "Compare the provider's application id and directory id with Azure portal > App registrations > "
                      "<application> > Overview; for an application of another directory its administrator consents "
                      "first: `postroom provider admin-consent <provider>` gives the address."}),
    rows::app_broken("AADSTS700005", rows::operators,
                     {"Provided Authorization Code is intended to use against other tenant.",
                      "The sign-in belongs to another directory than the one the provider names.",
                      "Correct the provider's directory id (Azure portal > Microsoft Entra ID > Overview > Tenant ID), "
                      "then sign in again."}),
    rows::app_broken("AADSTS7000112", rows::directory_admin,
                     {"Application '…' is disabled.", "The directory's administrator has disabled the application.",
                      rows::enable_application}),
    rows::app_broken("AADSTS70001", rows::directory_admin,
                     {"The application '…' is disabled or not installed in the tenant '…'.",
                      "The application is disabled in the directory, or was removed from it.",
                      rows::enable_application}),
    rows::app_broken(
        "AADSTS90002", rows::operators,
        {"Tenant '…' not found. Check to make sure you have the correct tenant ID.",
         "There is no such directory in this cloud.",
         "Correct the provider's directory id (Azure portal > Microsoft Entra ID > Overview > Tenant ID) and "
         "its cloud."}),
    rows::app_broken("AADSTS50059", rows::operators,
                     {"No tenant-identifying information found in the request.",
                      "The platform cannot tell which directory is meant.",
                      "Set the provider's directory id to the directory's GUID (Azure portal > Microsoft Entra ID > "
                      "Overview > Tenant ID); an application by itself cannot use organizations or common."}),
    rows::app_broken("AADSTS50194", rows::operators,
                     {"Application '…' is not configured as a multi-tenant application.",
                      "The application is for one directory only, but the provider's directory is common or "
                      "organizations.",
                      "Set the provider's directory id to the directory's GUID, or Azure portal > App registrations > "
                      "<application> > Authentication > Supported account types: Accounts in any organizational "
                      "directory."}),
    rows::app_broken("AADSTS500011", rows::directory_admin,
                     {"The resource principal named … was not found in the tenant.",
                      "The directory has no Exchange Online, or the request went to the wrong directory.",
                      rows::no_exchange}),
    rows::app_broken("AADSTS650052", rows::directory_admin,
                     {"The app is trying to access a service '…' that your organization lacks a service principal for.",
                      "The directory has no Exchange Online: no licence includes it.", rows::no_exchange}),
    rows::app_broken("AADSTS50011", rows::operators,
                     {"The redirect URI '…' specified in the request does not match the redirect URIs configured for "
                      "the application.",
                      "The provider's redirect URI is not registered at the application.",
                      "Azure portal > App registrations > <application> > Authentication > Web > Add URI: enter the "
                      "provider's redirect URI, byte for byte."}),
    rows::app_broken(
        "AADSTS500112", rows::operators,
        {"The reply address '…' does not match the reply address provided when requesting the code.",
         "The redirect URI was changed while somebody was signing in.",
         "Begin the sign-in again; the provider's redirect URI must be registered at the application, byte "
         "for byte."}),
    rows::app_broken("AADSTS900382", rows::operators,
                     {"Confidential Client is not supported in Cross Cloud request.",
                      "The application belongs to another national cloud.", rows::other_cloud}),
    rows::app_broken("AADSTS900432", rows::operators,
                     {"Confidential Client is not supported in Cross Cloud request.",
                      "The application belongs to another national cloud.", rows::other_cloud}),
    rows::app_broken("AADSTS9002313", rows::developer,
                     {"Invalid request. Request is malformed or invalid.",
                      "The platform cannot read the request; a damaged refresh token has the same effect.",
                      rows::report_request}),
    rows::app_broken("AADSTS900144", rows::developer,
                     {"The request body must contain the following parameter: '…'.",
                      "A required part of the request is missing.", rows::report_request}),
    rows::app_broken("AADSTS900561", rows::operators,
                     {"The endpoint only accepts POST requests.",
                      "The token endpoint was asked in another way than by POST: something between rewrites the "
                      "request.",
                      "Check the provider's proxy and token endpoint; a redirect must not lie between."}),
    rows::app_broken("AADSTS50149", rows::developer,
                     {"Invalid Code_Challenge_method parameter.",
                      "The sign-in was begun in a way the platform does not "
                      "know.",
                      rows::report_request}),
    rows::app_broken(
        "AADSTS70011", rows::operators,
        {"The provided value for the input parameter 'scope' is not valid.",
         "A scope is misspelt, unknown, or combined with .default.",
         "Correct the provider's scope, or clear them to use those of its purposes: `postroom provider set "
         "<provider> --clear scope`."}),
    rows::app_broken("AADSTS28000", rows::developer,
                     {"The input parameter scope is not valid because it contains more than one resource.",
                      "The token request names scopes of several resources.", rows::one_resource}),
    rows::app_broken("AADSTS700022", rows::developer,
                     {"The input parameter scope is not valid because it contains more than one resource.",
                      "The token request names scopes of several resources.", rows::one_resource}),
    rows::app_broken("AADSTS1002012", rows::operators,
                     {"Client credential flows must have a scope value with /.default suffixed.",
                      "An application by itself must ask for <resource>/.default.",
                      "Set the provider's scope to https://outlook.office365.com/.default, or clear them: `postroom "
                      "provider set <provider> --clear scope`."}),
    rows::app_broken("AADSTS700054", rows::operators,
                     {"response_type '…' is not enabled for the application.",
                      "The registration does not allow this way to sign in.", rows::enable_flow}),
    rows::app_broken("AADSTS70003", rows::operators,
                     {"The app requested an unsupported grant type '…'.",
                      "The registration does not allow this way to get tokens.", rows::enable_flow}),
});

} // namespace postroom::knowledge
