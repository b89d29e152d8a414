#include "protocol/smtp/failure_table.hpp"

#include "base/ascii.hpp"
#include "protocol/imap/text.hpp"
#include "protocol/knowledge/smtp_login_entries.hpp"
#include "protocol/knowledge/smtp_mail_entries.hpp"

namespace postroom::smtp {

namespace {

using knowledge::entry;

/// A row of the table of known errors: a case, or a class as a whole.
consteval const entry* row(std::string_view key) {
  for (const auto& each : knowledge::smtp_login_entries)
    if (each.key == key)
      return &each;
  for (const auto& each : knowledge::smtp_mail_entries)
    if (each.key == key)
      return &each;
  return &knowledge::row_of(knowledge::smtp_class_entries, key);
}

enum places : std::uint8_t {
  at_greeting = 1U << 0U,
  at_hello = 1U << 1U,
  at_starttls = 1U << 2U,
  at_login = 1U << 3U,
  at_sender = 1U << 4U,
  at_recipient = 1U << 5U,
  at_data = 1U << 6U,
  at_message = 1U << 7U,
  at_beginning = at_greeting | at_hello | at_starttls,
  at_mail = at_sender | at_data | at_message, ///< where the whole mail is refused
  at_content = at_data | at_message,
  in_mail = at_mail | at_recipient,
  anywhere = 255,
};

constexpr std::int16_t any = -1;
constexpr std::int16_t any_4xx = -4;
constexpr std::int16_t any_5xx = -5;

struct failure_row {
  std::uint8_t where;
  std::int16_t code;            ///< or any…
  std::int16_t subject = any;   ///< of the enhanced code, or any
  std::int16_t detail = any;    ///< likewise
  std::int16_t detail_to = any; ///< the last of a range; any: `detail` alone
  std::string_view words = {};  ///< part of the text in any case, empty: any
  const entry* is = row("smtp.protocol");
};

constexpr failure_row coded(std::uint8_t where, std::int16_t code, std::int16_t subject, std::int16_t detail,
                            const entry* is) {
  return {.where = where, .code = code, .subject = subject, .detail = detail, .is = is};
}
constexpr failure_row range(std::uint8_t where, std::int16_t code, std::int16_t subject, std::int16_t first,
                            std::int16_t last, const entry* is) {
  return {.where = where, .code = code, .subject = subject, .detail = first, .detail_to = last, .is = is};
}
constexpr failure_row basic(std::uint8_t where, std::int16_t code, const entry* is) {
  return {.where = where, .code = code, .is = is};
}
constexpr failure_row worded(std::uint8_t where, std::int16_t code, std::string_view words, const entry* is) {
  return {.where = where, .code = code, .words = words, .is = is};
}

// The first row that fits counts. "Exchange" is Exchange Online unless said otherwise.
constexpr failure_row rows[] = {
    // -- the identity sends too fast, or too much --------------------------------------------------------------------
    // Exchange: `432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded`: the recipient is busy, not we.
    worded(at_recipient, 432, "recipient thread limit", row("smtp.recipient_busy")),
    worded(in_mail, 432, "recipient thread limit", row("smtp.recipients_busy")),
    // Exchange, more than 3 connections of a mailbox, often only at the end of DATA: `432 4.3.2 Concurrent connections
    // limit exceeded`; too fast: `432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded`.
    worded(anywhere, 432, "concurrent connections", row("smtp.concurrent_connections")),
    worded(anywhere, 432, "sender thread limit", row("smtp.sender_thread_limit")),
    coded(anywhere, 432, 3, 2, row("smtp.throttled")),
    // Exchange: `451 4.7.500 Server busy. Please try again later from [192.0.2.1]`, 4.7.500 to 4.7.699.
    range(anywhere, any_4xx, 7, 500, 699, row("smtp.server_busy")),
    // Gmail: `454 4.7.0 Too many login attempts, please try again later.`
    worded(anywhere, 454, "too many login attempts", row("smtp.login_rate")),
    // Gmail: `421 4.7.0 Try again later, closing connection.`; Yahoo: `421 4.7.0 [TSS04]`; Postfix (anvil):
    // `421 4.7.0 … Error: too many connections from …`.
    coded(anywhere, 421, 7, 0, row("smtp.try_again_later")),
    // Postfix (anvil): `450 4.7.1 Error: too much mail from …`, `450 4.7.1 Error: too many recipients from …`.
    worded(anywhere, any_4xx, "too much mail from", row("smtp.mail_rate")),
    worded(anywhere, any_4xx, "too many recipients from", row("smtp.mail_rate")),
    // Exchange, "continuous error" throttling: bad submissions repeated are refused for an hour or more. 251: the
    // sender's mailbox is full, 252: Send As denied, 253: no licence, 254 and 255: too many or invalid recipients.
    coded(anywhere, any_5xx, 2, 251, row("smtp.mailbox_full_repeatedly")),
    coded(anywhere, any_5xx, 2, 252, row("smtp.send_as_denied_repeatedly")),
    coded(anywhere, any_5xx, 2, 253, row("smtp.licence_missing")),
    coded(anywhere, any_5xx, 2, 254, row("smtp.too_many_recipients_repeatedly")),
    coded(anywhere, any_5xx, 2, 255, row("smtp.invalid_recipients_repeatedly")),
    // Exchange, recipients per day: `554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException…`,
    // `550 5.1.90 Your message can't be sent because you've reached your daily limit`, `5.2.2 Submission quota
    // exceeded`.
    worded(anywhere, any, "submissionquotaexceeded", row("smtp.daily_recipients")),
    worded(anywhere, any, "submission quota exceeded", row("smtp.daily_recipients")),
    coded(anywhere, any_5xx, 1, 90, row("smtp.daily_recipients")),
    // Exchange, the tenant's external recipients per day: 5.7.233, of a trial 5.7.232; 5.7.705: threshold exceeded.
    coded(anywhere, any_5xx, 7, 232, row("smtp.trial_recipients")),
    coded(anywhere, any_5xx, 7, 233, row("smtp.tenant_recipients")),
    coded(anywhere, any_5xx, 7, 705, row("smtp.tenant_threshold")),
    // Gmail: `550 5.4.5 Daily user sending limit exceeded`.
    coded(anywhere, any_5xx, 4, 5, row("smtp.daily_mails")),
    // Exchange, end of DATA: `554 5.2.2 … QuotaExceeded`: the sender's mailbox is full, which stops all its mail until
    // somebody makes room. (At RCPT the same code tells of the recipient's mailbox, RFC 3463 §3.3.)
    coded(at_mail, any_5xx, 2, 2, row("smtp.mailbox_full")),

    // -- the login ---------------------------------------------------------------------------------------------------
    // Exchange: `535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant` (or
    // Mailbox). The same code with other words: security defaults, Conditional Access, basic authentication.
    worded(anywhere, 535, "smtpclientauthentication is disabled for the tenant", row("smtp.auth_disabled_tenant")),
    worded(anywhere, 535, "smtpclientauthentication is disabled for the mailbox", row("smtp.auth_disabled_mailbox")),
    worded(anywhere, 535, "smtpclientauthentication is disabled", row("smtp.auth_disabled")),
    worded(at_login, 535, "security defaults policy", row("smtp.security_defaults")),
    worded(at_login, 535, "did not meet the criteria", row("smtp.criteria_not_met")),
    worded(at_login, 535, "basic authentication is disabled", row("smtp.basic_auth_disabled")),
    worded(at_login, 535, "user credentials were incorrect", row("smtp.credentials_incorrect")),
    // RFC 4954 §6, 4.7.12: a password transition is needed: no waiting helps.
    coded(at_login, any_4xx, 7, 12, row("smtp.password_transition")),
    // RFC 5321 §3.8: the server goes; of the token nothing was said.
    coded(anywhere, 421, 3, 2, row("smtp.service_not_active")),
    basic(anywhere, 421, row("smtp.server_unavailable")),
    // RFC 4954 §6: `454 4.7.0 Temporary authentication failure`, and whatever else passes.
    basic(at_login, any_4xx, row("smtp.auth_unavailable")),
    // RFC 4954 §6: 535 5.7.8, 534 5.7.9, 538 5.7.11; Exchange: `535 5.7.3 Authentication unsuccessful`, `504 5.7.4
    // Unrecognized authentication type`, `550 5.7.30 Basic authentication is not supported`.
    coded(at_login, 535, 7, 3, row("smtp.auth_unsuccessful")),
    coded(at_login, 535, 7, 8, row("smtp.credentials_refused")),
    coded(at_login, 534, 7, 9, row("smtp.app_password_required")),
    coded(at_login, 504, 7, 4, row("smtp.mechanism_refused")),
    coded(at_login, 501, 5, 124, row("smtp.malformed_token")),
    coded(at_login, any_5xx, 7, 30, row("smtp.basic_auth_disabled")),
    basic(at_login, any_5xx, row("smtp.auth_rejected")),
    // RFC 4954 §6: `530 5.7.0 Authentication required`; Exchange at MAIL: `530 5.7.57 Client not authenticated`.
    coded(in_mail, any_5xx, 7, 57, row("smtp.not_authenticated")),
    basic(in_mail, 530, row("smtp.login_required")),
    basic(in_mail, 535, row("smtp.auth_rejected")),
    // Postfix: `553 5.7.1 <…>: Sender address rejected: not logged in`, by default only at RCPT.
    worded(in_mail, any_5xx, "sender address rejected: not logged in", row("smtp.login_required")),

    // -- the server --------------------------------------------------------------------------------------------------
    basic(at_beginning, any_4xx, row("smtp.server_unavailable")),
    basic(at_beginning, any_5xx, row("smtp.server_unavailable")),
    // RFC 3463 §3.4: the system does not accept mail; Exchange: `451 4.7.0 Temporary server error. … PRX2`.
    coded(in_mail, any_4xx, 3, 2, row("smtp.server_unavailable")),
    worded(in_mail, 451, "temporary server error", row("smtp.temporary_server_error")),
    // RFC 5321 §4.2.2: the command is not known, not implemented, or out of order. It says nothing of the mail.
    basic(in_mail, 500, row("smtp.protocol")),
    basic(in_mail, 502, row("smtp.protocol")),
    basic(in_mail, 503, row("smtp.protocol")),

    // -- the sender --------------------------------------------------------------------------------------------------
    // Exchange, end of DATA: `550 5.7.60 SMTP; Client does not have permissions to send as this sender`, `554 5.2.0
    // STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; …`.
    coded(in_mail, any_5xx, 7, 60, row("smtp.send_as_denied")),
    worded(in_mail, any_5xx, "sendasdenied", row("smtp.send_as_denied")),
    worded(in_mail, any_5xx, "permissions to send as this sender", row("smtp.send_as_denied")),
    // Postfix: `553 5.7.1 <…>: Sender address rejected: not owned by user …`, by default only at RCPT.
    worded(in_mail, any_5xx, "sender address rejected", row("smtp.sender_not_owned")),
    // RFC 3463 §3.2, bad sender's address; Exchange: `550 5.1.8 Access denied, bad outbound sender`.
    {.where = in_mail,
     .code = any_5xx,
     .subject = 1,
     .detail = 8,
     .words = "bad outbound",
     .is = row("smtp.bad_outbound_sender")},
    range(in_mail, any_5xx, 1, 7, 8, row("smtp.sender_denied")),
    // Exchange: 5.7.501 to 503: banned sender; 5.7.708: traffic not accepted from this IP; 5.7.750: unregistered
    // domain.
    range(in_mail, any_5xx, 7, 501, 503, row("smtp.banned_sender")),
    coded(in_mail, any_5xx, 7, 708, row("smtp.address_not_accepted")),
    coded(in_mail, any_5xx, 7, 750, row("smtp.unregistered_domain")),

    // -- the mail ----------------------------------------------------------------------------------------------------
    // RFC 3463 §3.4, §3.3: message too big for the system, for the mailbox; Exchange: `552 5.3.4`.
    coded(in_mail, any_5xx, 3, 4, row("smtp.too_large")),
    coded(in_mail, any_5xx, 2, 3, row("smtp.too_large")),
    // RFC 1870 §6.1: 552 to MAIL, and at the end of the mail.
    basic(at_mail, 552, row("smtp.too_large")),
    // Exchange, end of DATA: no valid From; a line feed by itself; the gateway's address is blocked; a mail loop.
    coded(at_content, any_5xx, 7, 512, row("smtp.no_from")),
    coded(at_content, any_5xx, 6, 11, row("smtp.bare_line_feed")),
    coded(at_content, any_5xx, 7, 511, row("smtp.banned_address")),
    coded(at_content, any_5xx, 4, 6, row("smtp.mail_loop")),
    coded(at_content, any_5xx, 4, 14, row("smtp.mail_loop")),
    // Exchange: `451 4.3.111 … MRH1`, `451 4.4.3 … ATTR…`.
    coded(at_mail, any_4xx, 3, 111, row("smtp.front_end_fault")),
    coded(at_mail, 451, 4, 3, row("smtp.front_end_fault")),
    // RFC 5321 §4.2.2: parameters not known; RFC 3463 §3.7 and RFC 6531 §3.6: conversion or UTF-8 not supported.
    basic(at_sender | at_recipient, 555, row("smtp.not_supported")),
    coded(in_mail, any_5xx, 6, 3, row("smtp.not_supported")),
    range(in_mail, any_5xx, 6, 7, 9, row("smtp.not_supported")),

    // -- one recipient -----------------------------------------------------------------------------------------------
    // RFC 5321 §4.5.3.1.10: too many recipients is 452, of old 552 (with 5.5.3): the rest may be sent by itself.
    coded(at_recipient, any, 5, 3, row("smtp.too_many_recipients")),
    {.where = at_recipient, .code = 552, .subject = 0, .detail = 0, .is = row("smtp.recipient_deferred")},
    basic(at_recipient, any_4xx, row("smtp.recipient_deferred")),
    coded(at_recipient, any_5xx, 1, 1, row("smtp.unknown_recipient")),
    coded(at_recipient, any_5xx, 2, 2, row("smtp.recipient_full")),
    basic(at_recipient, any_5xx, row("smtp.recipient_rejected")),

    // -- what is left: the first digit decides (RFC 5321 §4.2.1)
    // -------------------------------------------------------
    // RFC 5321 §3.3: to MAIL, 550 and 553 speak of the sender.
    basic(at_sender, 550, row("smtp.sender_denied")),
    basic(at_sender, 553, row("smtp.sender_denied")),
    basic(at_mail, any_4xx, row("smtp.message_deferred")),
    basic(at_mail, any_5xx, row("smtp.message_rejected")),
};

bool code_fits(const failure_row& row, const reply& answer) noexcept {
  switch (row.code) {
  case any:
    return answer.transient() || answer.permanent();
  case any_4xx:
    return answer.transient();
  case any_5xx:
    return answer.permanent();
  default:
    return row.code == answer.code;
  }
}

bool enhanced_fits(const failure_row& row, const reply& answer) noexcept {
  if (row.subject == any)
    return true;
  if (row.subject == 0 && row.detail == 0) // a row for servers without enhanced codes, or with one that says nothing
    return !answer.enhanced || (answer.enhanced->subject == 0 && answer.enhanced->detail == 0);
  if (!answer.enhanced || answer.enhanced->subject != row.subject)
    return false;
  const auto last = row.detail_to == any ? row.detail : row.detail_to;
  return row.detail == any || (answer.enhanced->detail >= row.detail && answer.enhanced->detail <= last);
}

} // namespace

const entry& case_of(phase where, const reply& answer) noexcept {
  const auto place = static_cast<std::uint8_t>(1U << static_cast<unsigned>(where));
  for (const auto& each : rows)
    if ((each.where & place) != 0 && code_fits(each, answer) && enhanced_fits(each, answer) &&
        (each.words.empty() || imap::ifind(answer.text, each.words) != std::string_view::npos))
      return *each.is;
  return case_of(failure_class::protocol); // a yes, or a "go on", that was not awaited
}

failure_class classify(phase where, const reply& answer) noexcept {
  return failure_class_of(case_of(where, answer).kind).value_or(failure_class::protocol);
}

std::optional<std::string_view> message_id_in(const reply& accepted) noexcept {
  const std::string_view text = accepted.text;
  if (!accepted.positive() || !ascii_iequals(text.substr(0, 4), "OK <"))
    return {};
  const auto end = text.find('>', 4);
  if (end == std::string_view::npos)
    return {};
  const auto id = text.substr(4, end - 4);
  if (id.empty() || id.find_first_of(" <\n") != std::string_view::npos)
    return {};
  return id;
}

} // namespace postroom::smtp
