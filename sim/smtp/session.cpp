#include "sim/smtp/session.hpp"

#include "base/encoding.hpp"
#include "sim/identity/xoauth2.hpp"
#include "sim/imap/text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace postroom::sim {
namespace {

/// RFC 5321 §4.5.3.1.4 and what SMTPUTF8, DSN and SIZE may add to it.
constexpr std::size_t command_bytes_max = 2048;
/// RFC 4954 §4: every server must take that much of a login; longer than that is no SMTP at all.
constexpr std::size_t line_bytes_max = 12'288;
constexpr std::size_t refusals_max = 20;

std::string_view first_word(std::string_view text) {
  return text.substr(0, text.find(' '));
}

std::string_view after_word(std::string_view text, std::size_t word) {
  text.remove_prefix(std::min(word, text.size()));
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return text;
}

} // namespace

struct smtp_session::command_entry {
  std::string_view name;
  bool needs_login;
  handler run;
};

const smtp_session::command_entry* smtp_session::find_command(std::string_view name) {
  using s = smtp_session;
  static constexpr std::array<command_entry, 12> table{{{"EHLO", false, &s::do_ehlo},
                                                        {"HELO", false, &s::do_helo},
                                                        {"STARTTLS", false, &s::do_starttls},
                                                        {"AUTH", false, &s::do_auth},
                                                        {"MAIL", true, &s::do_mail},
                                                        {"RCPT", true, &s::do_rcpt},
                                                        {"DATA", true, &s::do_data},
                                                        {"BDAT", false, &s::do_bdat},
                                                        {"RSET", false, &s::do_rset},
                                                        {"NOOP", false, &s::do_noop},
                                                        {"VRFY", false, &s::do_vrfy},
                                                        {"QUIT", false, &s::do_quit}}};
  const auto* found = std::ranges::find(table, name, &command_entry::name);
  return found == table.end() ? nullptr : found;
}

smtp_session::smtp_session(const submission_services& services, bool starttls)
    : services_(services), starttls_(starttls), body_(services.mail_bytes_max) {
}

std::string smtp_session::greet() const {
  return "220 " + std::string{submission_host} + " Microsoft ESMTP MAIL Service ready at " +
         to_rfc3339(services_.time.now()) + "\r\n";
}

std::string smtp_session::receive(std::string_view octets) {
  if (stage_ != stage::open)
    return {};
  input_ += octets;
  bool more = true;
  while (more && stage_ == stage::open)
    more = expected_ == expected::data ? take_data() : expected_ == expected::chunk ? take_chunk() : take_line();
  if (stage_ != stage::open)
    input_.clear();
  return std::exchange(answers_, {});
}

void smtp_session::tls_established() {
  stage_ = stage::open;
  starttls_ = false;
  greeted_ = false; // what was said in the clear does not count (RFC 3207 §4.2)
}

bool smtp_session::take_line() {
  const auto end = input_.find('\n');
  if (std::min(end, input_.size()) > line_bytes_max) {
    this->end("500 5.5.2 Line too long");
    return false;
  }
  if (end == std::string::npos)
    return false;
  auto line = input_.substr(0, end);
  input_.erase(0, end + 1);
  if (line.ends_with('\r'))
    line.pop_back();
  on_line(line);
  return true;
}

void smtp_session::on_line(std::string_view line) {
  const auto before = std::exchange(expected_, expected::command);
  if (before == expected::sasl_response)
    return finish_login(line);
  if (before == expected::sasl_cancel)
    return refuse_login();
  const auto name = first_word(line);
  const auto* entry = find_command(upper_case(name));
  if (!entry)
    return refuse("500 5.3.3 Unrecognized command");
  if (line.size() > command_bytes_max && entry->name != "AUTH")
    return refuse("500 5.5.2 Line too long");
  if (entry->needs_login && user_.empty())
    return refuse("530 5.7.57 Client not authenticated to send mail. " + hostname_mark());
  (this->*entry->run)(after_word(line, name.size()));
}

void smtp_session::say(std::string_view line) {
  answers_.append(line).append("\r\n");
}

void smtp_session::refuse(std::string_view line) {
  say(line);
  if (++refusals_ >= refusals_max)
    end("421 4.7.0 Too many errors on this connection, closing transmission channel");
}

void smtp_session::end(std::string_view line) {
  say(line);
  stage_ = stage::finished;
}

// -- Hello, TLS, login -----------------------------------------------------------------------------------------------

void smtp_session::do_ehlo(std::string_view arguments) {
  if (arguments.empty())
    return refuse("501 5.5.4 Invalid domain name");
  greeted_ = true;
  forget_mail();
  answers_ += "250-" + std::string{submission_host} + " Hello [127.0.0.1]\r\n250-SIZE " +
              std::to_string(services_.mail_bytes_max) +
              "\r\n250-PIPELINING\r\n250-DSN\r\n250-ENHANCEDSTATUSCODES\r\n" +
              (starttls_ ? "250-STARTTLS\r\n" : "250-AUTH LOGIN XOAUTH2\r\n") +
              "250-8BITMIME\r\n250-BINARYMIME\r\n250-CHUNKING\r\n250 SMTPUTF8\r\n";
}

void smtp_session::do_helo(std::string_view arguments) {
  if (arguments.empty())
    return refuse("501 5.5.4 Invalid domain name");
  greeted_ = true;
  forget_mail();
  say("250 " + std::string{submission_host} + " Hello [127.0.0.1]");
}

void smtp_session::do_starttls(std::string_view arguments) {
  if (!starttls_ || !greeted_)
    return refuse("503 5.5.2 Bad sequence of commands");
  if (!arguments.empty())
    return refuse("501 5.5.4 Invalid arguments");
  say("220 2.0.0 SMTP server ready");
  stage_ = stage::wants_tls;
}

void smtp_session::do_auth(std::string_view arguments) {
  if (!greeted_ || !user_.empty() || has_sender_)
    return refuse("503 5.5.2 Bad sequence of commands");
  const auto mechanism = upper_case(first_word(arguments));
  if (!starttls_ && (mechanism == "LOGIN" || mechanism == "PLAIN")) {
    ++services_.stats.submission_logins_refused;
    return refuse("535 5.7.139 Authentication unsuccessful, basic authentication is disabled. " + hostname_mark());
  }
  if (starttls_ || mechanism != "XOAUTH2")
    return refuse("504 5.7.4 Unrecognized authentication type " + hostname_mark());
  if (const auto response = after_word(arguments, mechanism.size()); !response.empty())
    return finish_login(response);
  expected_ = expected::sasl_response;
  say("334 ");
}

void smtp_session::finish_login(std::string_view response) {
  if (response == "*")
    return refuse("501 5.7.0 Authentication cancelled");
  const auto fields = parse_xoauth2(response);
  if (fields && check_login(services_, fields->user, fields->token)) {
    ++services_.stats.submission_logins;
    user_ = fields->user;
    return say("235 2.7.0 Authentication successful");
  }
  if (!services_.challenge_refused_logins)
    return refuse_login();
  expected_ = expected::sasl_cancel;
  say("334 " + base64_encode(R"({"status":"400","schemes":"Bearer","scope":"https://outlook.office.com/"})"));
}

void smtp_session::refuse_login() {
  ++services_.stats.submission_logins_refused;
  refuse("535 5.7.3 Authentication unsuccessful [" + std::string{submission_host} + " " +
         to_rfc3339(services_.time.now()) + "]");
}

// -- The rest --------------------------------------------------------------------------------------------------------

void smtp_session::do_rset(std::string_view) {
  forget_mail();
  say("250 2.0.0 Resetting");
}

void smtp_session::do_noop(std::string_view) {
  say("250 2.0.0 OK");
}

void smtp_session::do_vrfy(std::string_view) {
  say("252 2.1.5 Cannot VRFY user");
}

void smtp_session::do_quit(std::string_view) {
  end("221 2.0.0 Service closing transmission channel");
}

} // namespace postroom::sim
