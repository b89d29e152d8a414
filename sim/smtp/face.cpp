#include "sim/smtp/face.hpp"

#include "sim/mail/mail_date.hpp"

#include <algorithm>
#include <array>

namespace postroom::sim {
namespace {

/// Gmail's SIZE, and how many recipients Workspace takes of one mail by SMTP.
constexpr std::size_t google_mail_bytes_max = 35'882'577;
constexpr std::size_t google_recipients_max = 100;

/// One reply in all faces. `$h`: `[Hostname=…]`; `$b`: server, time and session in brackets, which Exchange writes
/// behind refused logins; `$g`: Gmail's id and its mark. An empty text: the first one's, with nothing to add.
struct reply_row {
  std::string_view exchange;
  std::string_view google;
  std::string_view generic;
};

/// In the order of smtp_reply.
constexpr std::array<reply_row, smtp_replies> rows{{
    {"220 2.0.0 SMTP server ready", "220 2.0.0 Ready to start TLS", "220 2.0.0 Ready to start TLS"},
    {"235 2.7.0 Authentication successful", "235 2.7.0 Accepted", ""},
    {"250 2.1.0 Sender OK", "250 2.1.0 OK $g", "250 2.1.0 Ok"},
    {"250 2.1.5 Recipient OK", "250 2.1.5 OK $g", "250 2.1.5 Ok"},
    {"354 Start mail input; end with <CRLF>.<CRLF>", "354 Go ahead $g", "354 End data with <CR><LF>.<CR><LF>"},
    {"250 2.6.0 CHUNK received OK", "250 2.0.0 OK chunk received $g", "250 2.0.0 Ok: chunk received"},
    {"250 2.0.0 Resetting", "250 2.1.5 Flushed $g", "250 2.0.0 Ok"},
    {"250 2.0.0 OK", "250 2.0.0 OK $g", "250 2.0.0 Ok"},
    {"252 2.1.5 Cannot VRFY user", "252 2.1.5 Send some mail, I'll try my best $g", "252 2.0.0 Try it"},
    {"221 2.0.0 Service closing transmission channel", "221 2.0.0 closing connection $g", "221 2.0.0 Bye"},

    {"500 5.3.3 Unrecognized command",
     "502-5.5.1 Unrecognized command. For more information, go to\r\n502 5.5.1  "
     "https://support.google.com/a/answer/3221692 $g",
     "500 5.5.2 Error: command not recognized"},
    {"500 5.5.2 Line too long", "500 5.5.2 Line too long $g", "500 5.5.2 Error: line too long"},
    {"503 5.5.2 Bad sequence of commands", "503 5.5.1 Bad sequence of commands $g", "503 5.5.1 Error: bad sequence"},
    {"501 5.5.4 Invalid arguments", "501 5.5.4 Invalid arguments $g", "501 5.5.4 Syntax error"},
    {"501 5.5.4 Invalid domain name", "501 5.5.4 Empty HELO/EHLO argument not allowed, closing connection. $g",
     "501 5.5.4 Syntax: EHLO hostname"},
    {"503 5.5.2 Sender already specified", "503 5.5.1 MAIL given already $g", "503 5.5.1 Error: nested MAIL command"},
    {"503 5.5.2 Need mail command", "503 5.5.1 MAIL first. $g", "503 5.5.1 Error: need MAIL command"},
    {"503 5.5.2 Need rcpt command", "503 5.5.1 RCPT first. $g", "503 5.5.1 Error: need RCPT command"},
    {"503 5.5.2 BINARYMIME needs BDAT", "503 5.5.1 BINARYMIME needs BDAT $g", "503 5.5.1 Error: BINARYMIME needs BDAT"},
    {"501 5.1.7 Invalid address", "553 5.1.7 The sender address is not a valid RFC 5321 address. $g",
     "501 5.1.7 Bad sender address syntax"},
    {"501 5.1.3 Invalid address", "553 5.1.3 The recipient address is not a valid RFC 5321 address. $g",
     "501 5.1.3 Bad recipient address syntax"},
    {"501 5.5.4 Unrecognized parameter", "555 5.5.2 Syntax error, cannot decode response. $g",
     "555 5.5.4 Unsupported option"},
    {"550 5.2.254 Too many recipients", "452 4.5.3 Your message has too many recipients. $g",
     "452 4.5.3 Error: too many recipients"},
    {"421 4.7.0 Too many errors on this connection, closing transmission channel",
     "421 4.7.0 Too many protocol errors, closing connection. $g", "421 4.7.0 Error: too many errors"},
    {"421 4.3.2 Service not active", "421 4.7.0 Try again later, closing connection. $g",
     "421 4.7.0 Error: too many connections"},

    {"530 5.7.57 Client not authenticated to send mail. $h",
     "530-5.7.0 Authentication Required. For more information, go to\r\n530 5.7.0  "
     "https://support.google.com/accounts/troubleshooter/2402620. $g",
     "530 5.7.0 Authentication required"},
    {"501 5.7.0 Authentication cancelled", "501 5.7.0 Authentication canceled $g", "501 5.7.0 Authentication aborted"},
    {"504 5.7.4 Unrecognized authentication type $h", "504 5.7.4 Unrecognized Authentication Type $g",
     "535 5.7.8 Error: authentication failed: Invalid authentication mechanism"},
    {"535 5.7.3 Authentication unsuccessful $b",
     "535-5.7.8 Username and Password not accepted. For more information, go to\r\n535 5.7.8  "
     "https://support.google.com/mail/?p=BadCredentials $g",
     "535 5.7.8 Error: authentication failed: authentication failure"},
    {"535 5.7.139 Authentication unsuccessful, basic authentication is disabled. $b",
     "534-5.7.9 Application-specific password required. For more information, go to\r\n534 5.7.9  "
     "https://support.google.com/mail/?p=InvalidSecondFactor $g",
     ""},
    {"535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit "
     "https://aka.ms/smtp_auth_disabled for more information. $b",
     "", ""},
    {"535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit "
     "https://aka.ms/smtp_auth_disabled for more information. $b",
     "", ""},
    {"535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. Contact "
     "your administrator. $b",
     "", ""},

    {"552 5.3.4 Message size exceeds fixed maximum message size",
     "552-5.3.4 Your message exceeded Google's message size limits. For more\r\n552-5.3.4 information, go to\r\n552 "
     "5.3.4  https://support.google.com/mail/?p=MaxSizeError $g",
     "552 5.3.4 Error: message file too big"},
    {"451 4.7.0 Temporary server error. Please try again later. PRX2 $h", "421 4.3.0 Temporary System Problem. $g",
     "451 4.3.0 Error: queue file write error"},
    {"432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information. "
     "$h",
     "421 4.7.0 Try again later, closing connection. $g", "421 4.7.0 Error: too many connections"},
    {"432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded $h", "450 4.2.1 Please try again later. $g",
     "450 4.7.1 Error: too much mail"},
    {"554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message due to a "
     "permanent exception with message The message can't be submitted because the sender's submission quota was "
     "exceeded. $h",
     "550-5.4.5 Daily user sending limit exceeded. For more information on Gmail\r\n550-5.4.5 sending limits go to"
     "\r\n550 5.4.5  https://support.google.com/a/answer/166852 $g",
     "554 5.7.1 Error: too many recipients today"},
    {"554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process "
     "message due to a permanent exception with message Cannot submit message. $h",
     "", "553 5.7.1 Sender address rejected: not owned by user"},
    {"550 5.7.512 Access denied, message must be RFC 5322 section 3.6.2 compliant",
     "550-5.7.1 Messages missing a valid address in From: header, or having no\r\n550 5.7.1  From: header, are not "
     "accepted. $g",
     "550 5.7.1 Error: no From header"},
    {"550 5.6.11 Invalid characters", "550 5.6.0 Message contains bare line feeds. $g",
     "521 5.5.2 Error: bare <LF> received"},
}};

std::string_view words_of(service face, const reply_row& row) {
  const auto own = face == service::google ? row.google : face == service::generic ? row.generic : row.exchange;
  return own.empty() ? row.exchange : own;
}

std::string google_mark(const reply_context& context) {
  return std::string{context.session} + " - gsmtp";
}

} // namespace

std::string_view host_of(service face) {
  switch (face) {
  case service::google:
    return "smtp.gmail.com";
  case service::generic:
    return "mail.stand-in.test";
  case service::microsoft:
    break;
  }
  return "EUR01.stand-in.test";
}

std::string reply_text(service face, smtp_reply reply, const reply_context& context) {
  const auto words = words_of(face, rows.at(static_cast<std::size_t>(reply)));
  const auto mark = words.rfind('$');
  std::string text{words.substr(0, mark)};
  if (mark == std::string_view::npos)
    return text;
  const std::string host{host_of(face)};
  switch (words[mark + 1]) {
  case 'h':
    return text + "[Hostname=" + host + "]";
  case 'b':
    return text + "[" + host + " " + to_rfc3339(context.now) + " " + std::string{context.session} + "]";
  default:
    return text + google_mark(context);
  }
}

std::string greeting_text(service face, const reply_context& context) {
  const std::string host{host_of(face)};
  switch (face) {
  case service::google:
    return "220 " + host + " ESMTP " + google_mark(context) + "\r\n";
  case service::generic:
    return "220 " + host + " ESMTP Postfix\r\n";
  case service::microsoft:
    break;
  }
  return "220 " + host + " Microsoft ESMTP MAIL Service ready at " + mail_date_text(context.now) + "\r\n";
}

std::string hello_text(service face, bool offers_tls, std::size_t size_max) {
  const std::string host{host_of(face)}, size = std::to_string(size_max);
  const auto login_or_tls = [&](std::string_view mechanisms) {
    return "250-" + (offers_tls ? std::string{"STARTTLS"} : "AUTH " + std::string{mechanisms}) + "\r\n";
  };
  switch (face) {
  case service::google:
    return "250-" + host + " at your service, [127.0.0.1]\r\n250-SIZE " + size + "\r\n250-8BITMIME\r\n" +
           login_or_tls("LOGIN PLAIN XOAUTH2 PLAIN-CLIENTTOKEN OAUTHBEARER XOAUTH") +
           "250-ENHANCEDSTATUSCODES\r\n250-PIPELINING\r\n250-CHUNKING\r\n250 SMTPUTF8\r\n";
  case service::generic:
    return "250-" + host + "\r\n250-PIPELINING\r\n250-SIZE " + size + "\r\n" + login_or_tls("PLAIN LOGIN XOAUTH2") +
           "250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-DSN\r\n250-SMTPUTF8\r\n250 CHUNKING\r\n";
  case service::microsoft:
    break;
  }
  return "250-" + host + " Hello [127.0.0.1]\r\n250-SIZE " + size +
         "\r\n250-PIPELINING\r\n250-DSN\r\n250-ENHANCEDSTATUSCODES\r\n" + login_or_tls("LOGIN XOAUTH2") +
         "250-8BITMIME\r\n250-BINARYMIME\r\n250-CHUNKING\r\n250 SMTPUTF8\r\n";
}

std::string short_hello_text(service face) {
  const auto host = "250 " + std::string{host_of(face)};
  return face == service::google    ? host + " at your service"
         : face == service::generic ? host
                                    : host + " Hello [127.0.0.1]";
}

std::string taken_text(service face, std::string_view message_id, const reply_context& context) {
  switch (face) {
  case service::google:
    return "250 2.0.0 OK  " +
           std::to_string(std::chrono::duration_cast<std::chrono::seconds>(context.now.time_since_epoch()).count()) +
           " " + google_mark(context);
  case service::generic:
    return "250 2.0.0 Ok: queued as " + std::string{context.session};
  case service::microsoft:
    break;
  }
  return "250 2.0.0 OK " + std::string{message_id} + " [Hostname=" + std::string{host_of(face)} + "]";
}

std::string refusal_challenge(service face) {
  switch (face) {
  case service::google:
    return R"({"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"})";
  case service::generic:
    return R"({"status":"401","schemes":"bearer","scope":"mail"})";
  case service::microsoft:
    break;
  }
  return {};
}

bool takes_oauthbearer(service face) {
  return face == service::google;
}

bool takes_passwords(service face) {
  return face == service::generic;
}

std::size_t mail_bytes_max_of(service face, std::size_t planned) {
  return face == service::google ? std::min(planned, google_mail_bytes_max) : planned;
}

std::size_t recipients_max_of(service face, std::size_t planned) {
  return face == service::google ? std::min(planned, google_recipients_max) : planned;
}

} // namespace postroom::sim
