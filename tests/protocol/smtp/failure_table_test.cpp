#include "protocol/smtp/failure_table.hpp"
#include "protocol/smtp/reply_reader.hpp"

#include <gtest/gtest.h>

#include <set>

namespace postroom::smtp {
namespace {

using enum phase;

reply read(const std::string& line) {
  reply_reader reader;
  const auto wire = line + "\r\n";
  std::span<const char> octets{wire};
  return reader.next(octets).value().value();
}

struct refusal {
  phase where;
  std::string line;
  std::string expected;
};

// The lines as they were seen, or as documented; sources at the rows of the table.
const refusal refusals[] = {
    {message, "432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending", "throttled"},
    {login, "432 4.3.2 Concurrent connections limit exceeded.", "throttled"},
    {message, "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", "throttled"},
    {message, "432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded", "message_deferred"},
    {recipient, "432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded", "recipient_deferred"},
    {sender, "451 4.7.500 Server busy. Please try again later from [192.0.2.1]", "throttled"},
    {message, "451 4.7.0 Temporary server error. Please try again later. PRX2", "server_unavailable"},
    {sender, "421 4.7.0 Try again later, closing connection.", "throttled"},
    {greeting, "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred", "throttled"},
    {greeting, "421 4.3.2 Service not active", "server_unavailable"},
    {message, "421 4.4.2 Connection dropped", "server_unavailable"},
    {login, "421 4.3.0 Temporary System Problem", "server_unavailable"},
    {sender, "450 4.7.1 Error: too much mail from 192.0.2.1", "throttled"},
    {recipient, "450 4.7.1 Error: too many recipients from 192.0.2.1", "throttled"},
    {message, "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed", "quota_exhausted"},
    {message, "550 5.1.90 Your message can't be sent because you've reached your daily limit", "quota_exhausted"},
    {message, "550 5.7.233 Tenant has exceeded its external recipient limit", "quota_exhausted"},
    {message, "550 5.7.232 Trial tenant has exceeded its external recipient limit", "quota_exhausted"},
    {message, "550 5.7.705 Access denied, tenant has exceeded threshold", "quota_exhausted"},
    {message, "554 5.2.2 mailbox full; QuotaExceeded", "quota_exhausted"},
    {message, "550 5.2.2 Submission quota exceeded", "quota_exhausted"},
    {message, "550 5.2.251 continuous error", "quota_exhausted"},
    {message, "550 5.2.252 SendAsDenied; continuous error", "sender_denied"},
    {message, "550 5.2.253 InvalidLicense; continuous error", "sender_denied"},
    {message, "550 5.2.254 RecipientLimit; continuous error", "throttled"},
    {recipient, "550 5.4.5 Daily user sending limit exceeded. a1 - gsmtp", "quota_exhausted"},
    {login, "454 4.7.0 Too many login attempts, please try again later.", "throttled"},
    {login, "454 4.7.0 Temporary authentication failure", "auth_unavailable"},
    {login, "432 4.7.12 A password transition is needed", "auth_rejected"},
    {login, "451 4.7.0 Temporary server error", "auth_unavailable"},
    {login, "535 5.7.3 Authentication unsuccessful", "auth_rejected"},
    {login, "535 5.7.8 Username and Password not accepted", "auth_rejected"},
    {login,
     "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit "
     "https://aka.ms/smtp_auth_disabled",
     "auth_disabled"},
    {login, "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.",
     "auth_disabled"},
    {login, "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy",
     "auth_rejected"},
    {login, "550 5.7.30 Basic authentication is not supported for Client Submission", "auth_rejected"},
    {login, "504 5.7.4 Unrecognized authentication type", "auth_rejected"},
    {login, "534 5.7.9 Application-specific password required", "auth_rejected"},
    {sender, "530 5.7.57 Client not authenticated to send mail", "auth_rejected"},
    {sender, "530 5.7.0 Authentication Required", "auth_rejected"},
    {recipient, "553 5.7.1 <a@x.test>: Sender address rejected: not logged in", "auth_rejected"},
    {recipient, "553 5.7.1 <a@x.test>: Sender address rejected: not owned by user b", "sender_denied"},
    {message, "550 5.7.60 SMTP; Client does not have permissions to send as this sender", "sender_denied"},
    {message, "554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed",
     "sender_denied"},
    {message, "550 5.1.8 Access denied, bad outbound sender", "sender_denied"},
    {message, "550 5.7.501 Access denied, banned sender", "sender_denied"},
    {message, "550 5.7.708 Service unavailable, traffic not accepted from this IP", "sender_denied"},
    {sender, "550 5.7.1 not here", "sender_denied"},
    {sender, "501 5.5.4 Invalid arguments", "message_rejected"},
    {sender, "451 4.3.0 later", "message_deferred"},
    {sender, "452 4.3.1 Insufficient system storage", "message_deferred"},
    {sender, "552 5.3.4 Message size exceeds fixed maximum message size", "too_large"},
    {message, "552 Message size exceeds fixed limit", "too_large"},
    {recipient, "552 5.2.3 Message exceeds the mailbox's maximum", "too_large"},
    {sender, "555 5.5.4 Unsupported option", "not_supported"},
    {message, "550 5.6.7 SMTPUTF8 is required", "not_supported"},
    {recipient, "452 4.5.3 Too many recipients", "recipient_deferred"},
    {recipient, "552 Too many recipients", "recipient_deferred"},
    {recipient, "550 5.5.3 Too many recipients", "recipient_deferred"},
    {recipient, "450 4.2.1 receiving mail too quickly", "recipient_deferred"},
    {recipient, "450 4.7.1 Greylisted", "recipient_deferred"},
    {recipient, "552 5.2.2 Mailbox full", "recipient_rejected"},
    {recipient, "550 5.1.1 User unknown", "recipient_rejected"},
    {recipient, "554 5.7.1 Relay access denied", "recipient_rejected"},
    {recipient, "503 5.5.1 Need MAIL first", "protocol"},
    {data, "554 5.5.1 No valid recipients", "message_rejected"},
    {data, "451 4.3.0 later", "message_deferred"},
    {message, "554 5.7.1 Spam", "message_rejected"},
    {message, "550 5.7.512 RFC 5322 section 3.6.2", "message_rejected"},
    {message, "550 5.6.11 Invalid characters", "message_rejected"},
    {message, "451 4.7.1 later", "message_deferred"},
    {message, "500 what?", "protocol"},
    {greeting, "554 5.7.1 blocked", "server_unavailable"},
    {hello, "550 no", "server_unavailable"},
    {starttls, "454 4.7.0 TLS not available", "server_unavailable"},
    {message, "250 2.0.0 OK", "protocol"},
    {sender, "354 go", "protocol"},
};

TEST(smtp_failures, are_told_apart) {
  for (const auto& r : refusals)
    EXPECT_EQ(to_string(classify(r.where, read(r.line))), r.expected) << to_string(r.where) << ": " << r.line;
}

struct named_case {
  phase where;
  std::string line;
  std::string_view key;
};

const named_case cases[] = {
    {message, "432 4.3.2 Concurrent connections limit exceeded.", "smtp.concurrent_connections"},
    {message, "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", "smtp.sender_thread_limit"},
    {recipient, "432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded", "smtp.recipient_busy"},
    {message, "432 4.3.2 STOREDRV.Deliver; recipient thread limit exceeded", "smtp.recipients_busy"},
    {message, "432 4.3.2 something else", "smtp.throttled"},
    {sender, "451 4.7.500 Server busy.", "smtp.server_busy"},
    {sender, "421 4.7.0 Try again later, closing connection.", "smtp.try_again_later"},
    {login, "454 4.7.0 Too many login attempts, please try again later.", "smtp.login_rate"},
    {sender, "450 4.7.1 Error: too much mail from 192.0.2.1", "smtp.mail_rate"},
    {greeting, "421 4.3.2 Service not active", "smtp.service_not_active"},
    {message, "451 4.7.0 Temporary server error. Please try again later. PRX2", "smtp.temporary_server_error"},
    {message, "451 4.3.111 Temporary failure MRH1", "smtp.front_end_fault"},
    {message, "451 4.4.3 Temporary server error. ATTR1", "smtp.temporary_server_error"},
    {message, "451 4.4.3 ATTR17", "smtp.front_end_fault"},
    {message, "554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException", "smtp.daily_recipients"},
    {message, "550 5.1.90 Your message can't be sent", "smtp.daily_recipients"},
    {message, "550 5.2.2 Submission quota exceeded", "smtp.daily_recipients"},
    {message, "550 5.7.232 trial", "smtp.trial_recipients"},
    {message, "550 5.7.233 tenant", "smtp.tenant_recipients"},
    {message, "550 5.7.705 Access denied, tenant has exceeded threshold", "smtp.tenant_threshold"},
    {recipient, "550 5.4.5 Daily user sending limit exceeded.", "smtp.daily_mails"},
    {message, "554 5.2.2 mailbox full; QuotaExceeded", "smtp.mailbox_full"},
    {message, "550 5.2.251 MailboxFull", "smtp.mailbox_full_repeatedly"},
    {message, "550 5.2.252 SendAsDenied", "smtp.send_as_denied_repeatedly"},
    {message, "550 5.2.253 InvalidLicense", "smtp.licence_missing"},
    {message, "550 5.2.254 RecipientLimit", "smtp.too_many_recipients_repeatedly"},
    {message, "550 5.2.255 InvalidRecipients", "smtp.invalid_recipients_repeatedly"},
    {login, "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit",
     "smtp.auth_disabled_tenant"},
    {login, "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.",
     "smtp.auth_disabled_mailbox"},
    {login, "535 5.7.139 SmtpClientAuthentication is disabled", "smtp.auth_disabled"},
    {login, "535 5.7.139 user is locked by your organization's security defaults policy", "smtp.security_defaults"},
    {login, "535 5.7.139 the request did not meet the criteria to be authenticated", "smtp.criteria_not_met"},
    {login, "535 5.7.139 Authentication unsuccessful, basic authentication is disabled.", "smtp.basic_auth_disabled"},
    {login, "550 5.7.30 Basic authentication is not supported for Client Submission", "smtp.basic_auth_disabled"},
    {login, "535 5.7.139 the user credentials were incorrect", "smtp.credentials_incorrect"},
    {login, "535 5.7.3 Authentication unsuccessful", "smtp.auth_unsuccessful"},
    {login, "535 5.7.8 Username and Password not accepted", "smtp.credentials_refused"},
    {login, "534 5.7.9 Application-specific password required", "smtp.app_password_required"},
    {login, "504 5.7.4 Unrecognized authentication type", "smtp.mechanism_refused"},
    {login, "501 5.5.124 malformed", "smtp.malformed_token"},
    {login, "432 4.7.12 A password transition is needed", "smtp.password_transition"},
    {login, "454 4.7.0 Temporary authentication failure", "smtp.auth_unavailable"},
    {login, "535 5.7.139 something new", "smtp.auth_rejected"},
    {sender, "530 5.7.57 Client not authenticated to send mail", "smtp.not_authenticated"},
    {sender, "530 5.7.0 Authentication Required", "smtp.login_required"},
    {recipient, "553 5.7.1 <a@x.test>: Sender address rejected: not logged in", "smtp.login_required"},
    {recipient, "553 5.7.1 <a@x.test>: Sender address rejected: not owned by user b", "smtp.sender_not_owned"},
    {message, "550 5.7.60 SMTP; Client does not have permissions to send as this sender", "smtp.send_as_denied"},
    {message, "554 5.2.0 SendAsDeniedException.MapiExceptionSendAsDenied; Failed", "smtp.send_as_denied"},
    {message, "550 5.1.8 Access denied, bad outbound sender", "smtp.bad_outbound_sender"},
    {message, "550 5.1.8 no such system", "smtp.sender_denied"},
    {message, "550 5.7.501 Access denied, banned sender", "smtp.banned_sender"},
    {message, "550 5.7.708 traffic not accepted from this IP", "smtp.address_not_accepted"},
    {message, "550 5.7.750 unregistered domains", "smtp.unregistered_domain"},
    {message, "550 5.7.511 Access denied, banned sender", "smtp.banned_address"},
    {message, "550 5.7.512 RFC 5322 section 3.6.2", "smtp.no_from"},
    {message, "550 5.6.11 Invalid characters", "smtp.bare_line_feed"},
    {message, "554 5.4.6 Hop count exceeded", "smtp.mail_loop"},
    {message, "554 5.4.14 Hop count exceeded", "smtp.mail_loop"},
    {recipient, "452 4.5.3 Too many recipients", "smtp.too_many_recipients"},
    {recipient, "550 5.5.3 Too many recipients", "smtp.too_many_recipients"},
    {recipient, "550 5.1.1 User unknown", "smtp.unknown_recipient"},
    {recipient, "552 5.2.2 Mailbox full", "smtp.recipient_full"},
    {recipient, "550 5.7.1 Relay access denied", "smtp.recipient_rejected"},
    {message, "250 2.0.0 OK", "smtp.protocol"},
};

TEST(smtp_failures, are_cases_of_the_table_of_known_errors) {
  for (const auto& each : cases)
    EXPECT_EQ(case_of(each.where, read(each.line)).key, each.key) << to_string(each.where) << ": " << each.line;
}

TEST(smtp_failures, have_a_class_for_every_case) {
  for (const auto* each : knowledge::all()) {
    if (each->from == knowledge::origin::smtp) {
      EXPECT_TRUE(failure_class_of(each->kind)) << each->key;
    }
  }
}

TEST(smtp_failures, all_have_names_and_words) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(failure_class::protocol); ++i) {
    const auto c = static_cast<failure_class>(i);
    EXPECT_TRUE(names.insert(to_string(c)).second);
    EXPECT_TRUE(meaning(c).ends_with('.'));
    EXPECT_TRUE(remedy(c).ends_with('.'));
    EXPECT_EQ(case_of(c).key, "smtp." + std::string{to_string(c)});
  }
  EXPECT_EQ(who_acts(failure_class::auth_disabled), actor_role::exchange_admin);
}

TEST(smtp_failures, have_a_class_whatever_the_code) {
  for (int place = 0; place <= static_cast<int>(message); ++place)
    for (std::uint16_t code = 400; code < 600; ++code) {
      const auto c = classify(static_cast<phase>(place), {.code = code});
      if (c == failure_class::protocol) {
        EXPECT_TRUE(code == 500 || code == 502 || code == 503) << code;
      }
    }
}

TEST(smtp_accepted, names_the_message_id_in_force) {
  const auto id = [](const std::string& line) {
    const auto answer = read(line);
    return std::string{message_id_in(answer).value_or("none")};
  };
  EXPECT_EQ(id("250 2.0.0 OK <aKj2OhY87X3qWDJs@maxwell> [Hostname=SYBP282MB2635.AUSP282.PROD.OUTLOOK.COM]"),
            "aKj2OhY87X3qWDJs@maxwell");
  for (const auto* line : {"250 2.0.0 OK", "250 2.0.0 Ok: queued as 4ABC", "250 2.0.0 OK  1720 a1 - gsmtp",
                           "250 2.0.0 OK <half", "250 2.0.0 OK <>", "250 2.0.0 OK <a b>", "550 5.0.0 OK <a@b>"})
    EXPECT_EQ(id(line), "none");
}

} // namespace
} // namespace postroom::smtp
