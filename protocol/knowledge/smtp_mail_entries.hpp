#pragma once

#include "protocol/knowledge/smtp_entries.hpp"

/// Refusals for speed, for quotas, of the server itself, of a mail or of one recipient.
namespace postroom::knowledge {
namespace rows {

inline constexpr std::string_view slow_down =
    "Nothing; Postroom slows down and tries again. If it stays, share the load between more delegates.";
inline constexpr std::string_view make_room =
    "Make room in the mailbox that logs in (Deleted Items and Sent Items first), or enable its archive: "
    "`Enable-Mailbox <mailbox> -Archive`.";
inline constexpr std::string_view wait_for_window =
    "Postroom waits until the 24-hour window frees; share the mail between more delegates, and send bulk mail over "
    "another service.";

} // namespace rows

inline constexpr auto smtp_mail_entries = std::to_array<entry>({
    // -- too fast
    // ------------------------------------------------------------------------------------------------------
    rows::smtp("smtp.concurrent_connections", "throttled", rows::gateway, {rows::by_backoff, rows::seconds{30}},
               {"432 4.3.2 Concurrent connections limit exceeded",
                "More than three connections send as this mailbox at once; the mail was not taken.", rows::slow_down}),
    rows::smtp("smtp.sender_thread_limit", "throttled", rows::gateway, {rows::by_backoff, rows::seconds{30}},
               {"432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded",
                "The mailbox submits faster than Exchange takes it (30 mails a minute).", rows::slow_down}),
    rows::smtp("smtp.server_busy", "throttled", rows::gateway, {rows::by_backoff},
               {"451 4.7.500 Server busy. Please try again later", "Exchange slows this sender or address down.",
                rows::slow_down}),
    rows::smtp("smtp.try_again_later", "throttled", rows::gateway, {rows::by_backoff},
               {"421 4.7.0 Try again later (Gmail, Yahoo, Postfix)", "The server slows this sender or address down.",
                rows::slow_down}),
    rows::smtp("smtp.login_rate", "throttled", rows::gateway, {rows::by_backoff},
               {"454 4.7.0 Too many login attempts, please try again later. (Gmail)", "There were too many logins.",
                rows::slow_down}),
    rows::smtp("smtp.mail_rate", "throttled", rows::gateway, {rows::by_backoff},
               {"450 4.7.1 Error: too much mail, too many recipients from … (Postfix)",
                "The server limits the mails of one address in a while.", rows::slow_down}),
    rows::smtp(
        "smtp.too_many_recipients_repeatedly", "throttled", rows::caller, {rows::by_backoff, rows::seconds{3600}},
        {"550 5.2.254 RecipientLimit; continuous error",
         "Mails with too many recipients were sent repeatedly; Exchange refuses all for an hour or more.",
         "Send to fewer recipients at once, or raise the limit: `Set-Mailbox <mailbox> -RecipientLimits 1000`."}),
    rows::smtp("smtp.invalid_recipients_repeatedly", "throttled", rows::caller, {rows::by_backoff, rows::seconds{3600}},
               {"550 5.2.255 InvalidRecipients; continuous error",
                "Mails to addresses that do not exist were sent repeatedly; Exchange refuses all for an hour or more.",
                "Correct the recipients' addresses before more is sent."}),

    // -- quotas
    // --------------------------------------------------------------------------------------------------------
    rows::smtp("smtp.daily_recipients", "quota_exhausted", rows::exchange_admin, {rows::by_backoff},
               {"554 5.2.0 … SubmissionQuotaExceededException; 550 5.1.90; 5.2.2 Submission quota exceeded",
                "The mailbox that logs in has reached 10,000 recipients in 24 hours, which Microsoft does not raise.",
                rows::wait_for_window}),
    rows::smtp("smtp.tenant_recipients", "quota_exhausted", rows::exchange_admin, {rows::by_backoff},
               {"550 5.7.233 tenant has exceeded its external recipient limit",
                "The directory as a whole has reached its external recipients of 24 hours; more licences raise it.",
                "Postroom waits until the 24-hour window frees. Exchange admin center > Reports > Mail flow > Tenant "
                "Outbound External Recipients shows who sends; send bulk mail over another service."}),
    rows::smtp(
        "smtp.trial_recipients", "quota_exhausted", rows::exchange_admin, {rows::by_backoff},
        {"550 5.7.232 trial tenant has exceeded its external recipient limit",
         "A trial directory may send to 5,000 external recipients in 24 hours.",
         "Microsoft 365 admin center > Billing > Your products: buy a licence; until then Postroom waits for the "
         "window."}),
    rows::smtp("smtp.tenant_threshold", "quota_exhausted", rows::exchange_admin, {rows::by_backoff},
               {"550 5.7.705 Access denied, tenant has exceeded threshold",
                "Microsoft has stopped all sending of the directory because of spam.",
                "Find the accounts that sent it (Microsoft Defender portal > Email & collaboration > Explorer), change "
                "their passwords, then ask Microsoft's support to lift the block."}),
    rows::smtp("smtp.daily_mails", "quota_exhausted", rows::directory_admin, {rows::by_backoff},
               {"550 5.4.5 Daily user sending limit exceeded (Gmail)",
                "The account has reached its mails of the day: 2,000 in Workspace, 500 for free accounts.",
                rows::wait_for_window}),
    rows::smtp("smtp.mailbox_full", "quota_exhausted", rows::exchange_admin, {rows::by_backoff},
               {"554 5.2.2 … QuotaExceeded", "The mailbox that logs in is full: no copy can be kept in Sent Items.",
                rows::make_room}),
    rows::smtp("smtp.mailbox_full_repeatedly", "quota_exhausted", rows::exchange_admin,
               {rows::by_backoff, rows::seconds{3600}},
               {"550 5.2.251 MailboxFull; continuous error",
                "The mailbox that logs in is full, and after repeated attempts Exchange refuses all for an hour or "
                "more.",
                rows::make_room}),

    // -- the server
    // ----------------------------------------------------------------------------------------------------
    rows::smtp("smtp.service_not_active", "server_unavailable", rows::gateway, {rows::by_backoff},
               {"421 4.3.2 Service not active", "The server is being stopped or maintained.", rows::wait_advice}),
    rows::smtp("smtp.temporary_server_error", "server_unavailable", rows::gateway, {rows::by_backoff},
               {"451 4.7.0 Temporary server error. Please try again later. PRX…",
                "Exchange's front end cannot reach the mailbox's server; if it stays for a day, the mailbox's place is "
                "broken.",
                "Postroom tries again by itself; after 24 hours ask Microsoft's support with the server's words."}),
    rows::smtp("smtp.front_end_fault", "message_deferred", rows::gateway, {rows::by_backoff},
               {"451 4.3.111 … MRH1; 451 4.4.3 … ATTR", "Exchange's front end has a passing fault.",
                "Postroom tries again by itself; after 24 hours ask Microsoft's support with the server's words."}),

    // -- the mail
    // ------------------------------------------------------------------------------------------------------
    rows::smtp("smtp.recipients_busy", "message_deferred", rows::gateway, {rows::by_backoff},
               {"432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded",
                "A recipient gets more mail than their mailbox takes at once.", rows::wait_advice}),
    rows::smtp("smtp.no_from", "message_rejected", rows::caller, {rows::never},
               {"550 5.7.512 … RFC 5322 section 3.6.2", "The mail has no valid From.",
                "Give the mail one From with a valid address; a raw mail must have it in its header."}),
    rows::smtp("smtp.bare_line_feed", "message_rejected", rows::caller, {rows::never},
               {"550 5.6.11 Invalid characters", "The mail has line feeds without carriage returns.",
                "Give raw mails line ends of CR LF."}),
    rows::smtp("smtp.banned_address", "message_rejected", rows::operators, {rows::never},
               {"550 5.7.511 Access denied, banned sender (IP address)",
                "Microsoft has blocked the address from which the gateway sends.",
                "Ask for removal at https://sender.office.com, or let the gateway send from another address."}),
    rows::smtp("smtp.mail_loop", "message_rejected", rows::operators, {rows::never},
               {"5.4.6, 5.4.14 routing loop detected",
                "The mail went in circles: a rule or an automatic answer forwards it back.",
                "Correct the forwarding: Exchange admin center > Mail flow > Rules, and Recipients > Mailboxes > "
                "<mailbox> > Email forwarding."}),

    // -- one recipient
    // -------------------------------------------------------------------------------------------------
    rows::smtp("smtp.recipient_busy", "recipient_deferred", rows::gateway, {rows::by_backoff},
               {"432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded",
                "The recipient gets more mail than their mailbox takes at once.", rows::wait_advice}),
    rows::smtp("smtp.too_many_recipients", "recipient_deferred", rows::gateway, {rows::by_backoff},
               {"452 4.5.3 Too many recipients", "The server takes fewer recipients at once.",
                "Nothing; Postroom sends to the rest by itself."}),
    rows::smtp("smtp.unknown_recipient", "recipient_rejected", rows::caller, {rows::never},
               {"550 5.1.1 User unknown", "There is no such recipient.", "Correct the recipient's address."}),
    rows::smtp("smtp.recipient_full", "recipient_rejected", rows::caller, {rows::never},
               {"552 5.2.2 Mailbox full", "The recipient's mailbox is full.",
                "Reach the recipient in another way, and requeue the mail later: `postroom outbox requeue --account "
                "<account> <mail>`."}),
});

} // namespace postroom::knowledge
