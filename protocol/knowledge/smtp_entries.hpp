#pragma once

#include "protocol/knowledge/rows.hpp"

/// What servers say when they do not take mail: the classes (smtp/failure_table.hpp), whose rows are `smtp.<class>`.
namespace postroom::knowledge {
namespace rows {

/// What a class is outside of sending, where an account shows one error for all it does.
constexpr errc smtp_code_of(std::string_view failure_class) {
  if (failure_class == "throttled" || failure_class == "quota_exhausted" || failure_class == "auth_unavailable")
    return errc::throttled;
  if (failure_class == "auth_rejected" || failure_class == "auth_disabled")
    return errc::auth_rejected;
  if (failure_class == "sender_denied")
    return errc::blocked_by_policy;
  if (failure_class == "too_large")
    return errc::too_large;
  if (failure_class == "protocol")
    return errc::protocol_violation;
  if (failure_class == "server_unavailable")
    return errc::server_bye;
  return errc::command_refused;
}

constexpr entry smtp(std::string_view key, std::string_view failure_class, actor_role who, pace when,
                     const words& says) {
  return make(origin::smtp, key, failure_class, smtp_code_of(failure_class), who, when, says);
}

} // namespace rows

// In the order of smtp::failure_class.
inline constexpr auto smtp_class_entries = std::to_array<entry>({
    rows::smtp("smtp.server_unavailable", "server_unavailable", rows::gateway, {rows::by_backoff},
               {"421, 4xx to the greeting, or no connection", "The mail server cannot be used at present.",
                "Postroom tries again by itself."}),
    rows::smtp("smtp.throttled", "throttled", rows::gateway, {rows::by_backoff},
               {"432, 451 4.7.5xx, 421 4.7.0", "The identity sends too fast or over too many connections.",
                "Nothing; Postroom slows down and tries again. Share the load between more delegates if it stays."}),
    rows::smtp("smtp.quota_exhausted", "quota_exhausted", rows::exchange_admin, {rows::by_backoff},
               {"5.1.90, 5.2.2, 5.4.5, 5.7.23x",
                "The recipients allowed per day are used up, or the sender's mailbox is full.",
                "Postroom waits for the limit's window to free; make room in a full mailbox, send bulk mail "
                "elsewhere."}),
    rows::smtp("smtp.auth_unavailable", "auth_unavailable", rows::gateway, {rows::by_backoff},
               {"454 4.7.0 to AUTH", "The login failed for a passing reason.", "Postroom tries again by itself."}),
    rows::smtp("smtp.auth_rejected", "auth_rejected", rows::operators, {rows::slowly},
               {"535 to AUTH", "The mail server refused the login.",
                "Check the delegate, the permission SMTP.Send and the directory's access policies; Postroom fetches a "
                "fresh token first."}),
    rows::smtp("smtp.auth_disabled", "auth_disabled", rows::exchange_admin, {rows::slowly},
               {"535 5.7.139 … SmtpClientAuthentication is disabled",
                "SMTP AUTH is switched off for the mailbox or the directory.",
                "Set-CASMailbox -SmtpClientAuthenticationDisabled $false on the mailbox that logs in."}),
    rows::smtp("smtp.sender_denied", "sender_denied", rows::exchange_admin, {rows::slowly},
               {"550 to MAIL, 5.1.7, 5.1.8, 5.7.60", "The identity may not send as this sender.",
                "Grant it: Add-RecipientPermission -AccessRights SendAs; it takes up to an hour to work. Unblock a "
                "blocked sender."}),
    rows::smtp("smtp.recipient_deferred", "recipient_deferred", rows::gateway, {rows::by_backoff},
               {"4xx to RCPT", "The server does not take mail for this recipient at present.",
                "Postroom tries again by itself."}),
    rows::smtp(
        "smtp.recipient_rejected", "recipient_rejected", rows::caller, {rows::never},
        {"5xx to RCPT", "The server does not take mail for this recipient.", "Correct the recipient's address."}),
    rows::smtp(
        "smtp.message_deferred", "message_deferred", rows::gateway, {rows::by_backoff},
        {"4xx to the mail", "The server does not take this mail at present.", "Postroom tries again by itself."}),
    rows::smtp("smtp.message_rejected", "message_rejected", rows::caller, {rows::never},
               {"5xx to the mail", "The server refused this mail for its content or by a policy.",
                "See the server's words, and change the mail."}),
    rows::smtp("smtp.too_large", "too_large", rows::caller, {rows::never},
               {"552 5.3.4", "The mail is larger than the server takes.", "Send less."}),
    rows::smtp("smtp.not_supported", "not_supported", rows::caller, {rows::never},
               {"555, 5.6.3, 5.6.7", "The server cannot carry this mail.",
                "Use addresses of ASCII and a content encoded for 7 bits."}),
    rows::smtp("smtp.protocol", "protocol", rows::gateway, {rows::by_backoff},
               {"500, 502, 503, or an answer that was not asked for", "The server broke the protocol.",
                "Postroom tries again; report it if it stays."}),
});

} // namespace postroom::knowledge
