#pragma once

#include "protocol/knowledge/rows.hpp"

/// Refusals of Microsoft Graph. The key is `graph.` with Graph's code, in its spelling; `kind` is the name of our code.
namespace postroom::knowledge {
namespace rows {

consteval entry graph(std::string_view key, errc code, actor_role who, pace when, const words& says) {
  return coded(origin::graph, key, code, who, when, says);
}

inline constexpr std::string_view report_to_developers =
    "Report it to Postroom's developers with Graph's words and its request-id.";
inline constexpr std::string_view cloud_mailbox =
    "`Get-Mailbox <mailbox>` must find a mailbox of Exchange Online; assign a licence (Microsoft 365 admin center > "
    "Users > Active users > <user> > Licenses and apps), or use IMAP and SMTP of the server on premises.";
inline constexpr std::string_view right_address =
    "Correct the account's address; try the primary address and the login name: `Get-Mailbox <mailbox> | Format-List "
    "PrimarySmtpAddress, UserPrincipalName`.";

} // namespace rows

inline constexpr auto graph_entries = std::to_array<entry>({
    // -- the token and its permissions
    // ---------------------------------------------------------------------------------
    rows::graph("graph.InvalidAuthenticationToken", errc::auth_rejected, rows::gateway, {rows::once},
                {"401 InvalidAuthenticationToken", "The token has expired, or is for another resource than Graph.",
                 "Nothing; Postroom fetches a fresh token. If it stays, sign in again so that Graph's permissions are "
                 "consented to: `postroom authorize <provider>`."}),
    rows::graph(
        "graph.insufficient_claims", errc::user_action_required, rows::user, {rows::never},
        {"401 or 403 with insufficient_claims",
         "The directory wants something more of the delegate: their access was revoked or a policy was changed.",
         rows::sign_in_again}),
    rows::graph(
        "graph.ErrorAccessDenied", errc::blocked_by_policy, rows::exchange_admin, {rows::slowly, rows::seconds{3600}},
        {"403 ErrorAccessDenied. Access is denied.",
         "The permission is missing, the delegate has no right to the mailbox, or an application access policy "
         "keeps the application out of it.",
         "`Add-MailboxPermission -Identity <mailbox> -User <delegate> -AccessRights FullAccess`; for an "
         "application by itself `Test-ApplicationAccessPolicy -AppId <application id> -Identity <mailbox>` must "
         "say Granted. Changes take more than an hour to work."}),
    rows::graph("graph.Authorization_RequestDenied", errc::user_action_required, rows::directory_admin, {rows::slowly},
                {"403 Authorization_RequestDenied. Insufficient privileges to complete the operation.",
                 "A permission is not consented to.",
                 "Azure portal > App registrations > <application> > API permissions > Add a permission > Microsoft "
                 "Graph, then Grant admin consent."}),
    rows::graph(
        "graph.ErrorSendAsDenied", errc::blocked_by_policy, rows::exchange_admin, {rows::slowly},
        {"403 ErrorSendAsDenied. The user account which was used to submit this request does not have the right "
         "to send mail on behalf of the specified sending account.",
         "The one who signed in may not send as the mailbox.",
         "`Add-RecipientPermission <mailbox> -Trustee <delegate> -AccessRights SendAs`; it takes up to an hour "
         "to work."}),
    rows::graph("graph.extensionError", errc::blocked_by_policy, rows::exchange_admin, {rows::slowly},
                {"extensionError", "The mailbox is on premises, or an access policy keeps the application out.",
                 rows::cloud_mailbox}),

    // -- the mailbox
    // ---------------------------------------------------------------------------------------------------
    rows::graph(
        "graph.MailboxNotEnabledForRESTAPI", errc::mailbox_not_connected, rows::exchange_admin,
        {rows::slowly, rows::seconds{3600}},
        {"404 MailboxNotEnabledForRESTAPI. The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
         "There is no mailbox of Exchange Online: without a licence, on premises, deleted, or just created.",
         rows::cloud_mailbox}),
    rows::graph(
        "graph.MailboxNotSupportedForRESTAPI", errc::mailbox_not_connected, rows::exchange_admin, {rows::slowly},
        {"MailboxNotSupportedForRESTAPI", "This kind of mailbox cannot be read over Graph.", rows::cloud_mailbox}),
    rows::graph("graph.ErrorInvalidUser", errc::not_found, rows::operators, {rows::never},
                {"404 ErrorInvalidUser. The requested user '…' is invalid.", "There is no such user in the directory.",
                 rows::right_address}),
    rows::graph("graph.ResourceNotFound", errc::not_found, rows::operators, {rows::never},
                {"404 ResourceNotFound", "There is no such user or mailbox in the directory.", rows::right_address}),
    rows::graph("graph.Request_ResourceNotFound", errc::not_found, rows::operators, {rows::never},
                {"404 Request_ResourceNotFound", "There is no such user in the directory.", rows::right_address}),
    rows::graph("graph.ErrorNonExistentMailbox", errc::not_found, rows::operators, {rows::slowly},
                {"404 ErrorNonExistentMailbox", "There is no mailbox with this address.", rows::right_address}),
    rows::graph("graph.ErrorQuotaExceeded", errc::blocked_by_policy, rows::exchange_admin, {rows::slowly},
                {"403 ErrorQuotaExceeded, or HTTP 507", "The mailbox is full.",
                 "Make room in the mailbox, or enable its archive: `Enable-Mailbox <mailbox> -Archive`."}),

    // -- the item
    // ------------------------------------------------------------------------------------------------------
    rows::graph("graph.ErrorItemNotFound", errc::not_found, rows::gateway, {rows::never},
                {"404 ErrorItemNotFound. The specified object was not found in the store.",
                 "The mail was deleted, or moved to another mailbox.", "Nothing; the next comparison tells."}),
    rows::graph("graph.ErrorIrresolvableConflict", errc::conflict, rows::gateway, {rows::by_backoff},
                {"409 or 412 ErrorIrresolvableConflict", "The object was changed in between.", rows::wait_advice}),
    rows::graph("graph.ErrorChangeKeyRequired", errc::conflict, rows::gateway, {rows::by_backoff},
                {"412 ErrorChangeKeyRequired", "The object was changed in between.", rows::wait_advice}),
    rows::graph("graph.ErrorFolderExists", errc::conflict, rows::gateway, {rows::never},
                {"409 ErrorFolderExists", "The folder exists already.", "Nothing; it is as it should be."}),
    rows::graph("graph.syncStateNotFound", errc::not_found, rows::gateway, {rows::by_backoff},
                {"410 syncStateNotFound", "The position in the list of changes is too old.",
                 "Nothing; Postroom compares the whole folder once."}),
    rows::graph("graph.resyncRequired", errc::not_found, rows::gateway, {rows::by_backoff},
                {"410 resyncRequired", "The position in the list of changes is too old.",
                 "Nothing; Postroom compares the whole folder once."}),
    rows::graph("graph.ErrorMessageSizeExceeded", errc::too_large, rows::caller, {rows::never},
                {"413 ErrorMessageSizeExceeded", "The mail is larger than the mailbox takes.",
                 "Send less, or raise the limit: `Set-Mailbox <mailbox> -MaxSendSize 150MB`."}),

    // -- the request
    // ---------------------------------------------------------------------------------------------------
    rows::graph("graph.ErrorInvalidIdMalformed", errc::invalid_argument, rows::developer, {rows::never},
                {"400 ErrorInvalidIdMalformed. Id is malformed.", "The request names an object that cannot exist.",
                 rows::report_to_developers}),
    rows::graph(
        "graph.RequestBroker--ParseUri", errc::invalid_argument, rows::developer, {rows::never},
        {"400 RequestBroker--ParseUri", "Graph cannot read the request's address.", rows::report_to_developers}),
    rows::graph("graph.BadRequest", errc::invalid_argument, rows::developer, {rows::never},
                {"400 BadRequest", "Graph cannot read the request.", rows::report_to_developers}),
    rows::graph("graph.ErrorMimeContentInvalidBase64String", errc::invalid_argument, rows::developer, {rows::never},
                {"400 ErrorMimeContentInvalidBase64String", "Graph cannot read the mail that was sent.",
                 rows::report_to_developers}),

    // -- passing
    // -------------------------------------------------------------------------------------------------------
    rows::graph("graph.ApplicationThrottled", errc::throttled, rows::gateway, {rows::by_backoff, rows::seconds{30}},
                {"429 ApplicationThrottled. Application is over its MailboxConcurrency limit.",
                 "Too many requests go to this mailbox at once (10,000 in 10 minutes, 4 at a time).",
                 "Nothing; Postroom waits as long as Graph says."}),
    rows::graph(
        "graph.TooManyRequests", errc::throttled, rows::gateway, {rows::by_backoff, rows::seconds{30}},
        {"429 TooManyRequests", "Too many requests go to Graph.", "Nothing; Postroom waits as long as Graph says."}),
    rows::graph("graph.activityLimitReached", errc::throttled, rows::gateway, {rows::by_backoff, rows::seconds{30}},
                {"429 activityLimitReached", "Too many requests go to Graph.",
                 "Nothing; Postroom waits as long as Graph says."}),
    rows::graph("graph.bandwidthLimitExceeded", errc::throttled, rows::gateway, {rows::by_backoff, rows::seconds{30}},
                {"HTTP 509", "The volume that Graph allows for a while is used up.", rows::wait_advice}),
    rows::graph("graph.ErrorInternalServerError", errc::server_bye, rows::gateway, {rows::by_backoff},
                {"500 ErrorInternalServerError; HTTP 502, 504", "Graph has a passing fault.", rows::wait_advice}),
    rows::graph("graph.ErrorInternalServerTransientError", errc::server_bye, rows::gateway, {rows::by_backoff},
                {"500 ErrorInternalServerTransientError", "Graph has a passing fault.", rows::wait_advice}),
    rows::graph("graph.ErrorServerBusy", errc::throttled, rows::gateway, {rows::by_backoff},
                {"503 ErrorServerBusy", "Exchange is busy.", rows::wait_advice}),
    rows::graph(
        "graph.ErrorMailboxStoreUnavailable", errc::server_bye, rows::gateway, {rows::by_backoff},
        {"503 ErrorMailboxStoreUnavailable", "The mailbox is being moved, or its server is down.", rows::wait_advice}),
    rows::graph("graph.serviceNotAvailable", errc::server_bye, rows::gateway, {rows::by_backoff},
                {"503 serviceNotAvailable", "Graph is not to be had at present.", rows::wait_advice}),
    rows::graph("graph.locked", errc::conflict, rows::gateway, {rows::by_backoff},
                {"HTTP 423", "The object is locked by another program.", rows::wait_advice}),
    rows::graph("graph.failed_dependency", errc::conflict, rows::gateway, {rows::by_backoff},
                {"HTTP 424", "Another request of the same batch failed.", rows::wait_advice}),
});

} // namespace postroom::knowledge
