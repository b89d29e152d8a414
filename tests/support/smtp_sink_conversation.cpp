#include "tests/support/smtp_sink_conversation.hpp"

#include "base/crypto.hpp"
#include "base/encoding.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <regex>
#include <utility>

namespace postroom::test {
namespace {

std::string upper(std::string_view text) {
  std::string result{text};
  std::ranges::transform(result, result.begin(), [](unsigned char c) { return std::toupper(c); });
  return result;
}

std::string word(std::string_view line, std::size_t number) {
  for (; number > 0; --number)
    line.remove_prefix(std::min(line.find(' '), line.size() - 1) + 1);
  return std::string{line.substr(0, line.find(' '))};
}

/// What stands between the angle brackets.
std::string path_in(const std::string& line) {
  const auto from = line.find('<');
  const auto to = line.rfind('>');
  return from == std::string::npos || to == std::string::npos || to < from ? std::string{}
                                                                           : line.substr(from + 1, to - from - 1);
}

/// What stands between `before` and `after`.
std::string part(const std::string& text, std::string_view before, std::string_view after) {
  const auto at = text.find(before);
  if (at == std::string::npos)
    return {};
  const auto from = at + before.size();
  return text.substr(from, text.find(after, from) - from);
}

/// `code-450-4.2.0@…` as `450 4.2.0 as you wish`; empty for other addresses.
std::string wished_answer(const std::string& recipient) {
  static const std::regex form{R"((?:code|relay)-([245]\d\d)-([245]\.\d+\.\d+)@.*)", std::regex::icase};
  std::smatch found;
  return std::regex_match(recipient, found, form) ? found[1].str() + " " + found[2].str() + " as you wish"
                                                  : std::string{};
}

} // namespace

void smtp_sink_conversation::run() {
  auto course = say(smtp_step::greeting, "220 sink.test ESMTP");
  while (course != smtp_course::over) {
    const auto line = stream_.read_line();
    if (!line)
      return;
    course = obey(*line);
  }
}

smtp_course smtp_sink_conversation::obey(const std::string& line) {
  const auto verb = upper(word(line, 0));
  if (verb == "EHLO" || verb == "HELO")
    return hello(line);
  if (verb == "STARTTLS" && options_.certificates && !secure_)
    return starttls();
  if (verb == "QUIT") {
    (void)say(smtp_step::quit, "221 2.0.0 Bye");
    return smtp_course::over;
  }
  if (verb == "NOOP")
    return say("250 2.0.0 OK");
  if (verb == "RSET") {
    forget_mail();
    return say(smtp_step::rset, "250 2.0.0 OK");
  }
  if (options_.certificates && !secure_)
    return say("530 5.7.0 Must issue a STARTTLS command first");
  if (verb == "AUTH")
    return login(line);
  if (options_.login_required && user_.empty())
    return say("530 5.7.57 Client not authenticated to send mail");
  if (verb == "MAIL")
    return mail(line);
  if (verb == "RCPT")
    return rcpt(line);
  if (verb == "DATA")
    return data();
  if (verb == "BDAT")
    return chunk(line);
  return say("500 5.5.2 Unknown command");
}

smtp_course smtp_sink_conversation::hello(const std::string& line) {
  forget_mail();
  if (upper(word(line, 0)) == "HELO")
    return say(smtp_step::hello, "250 sink.test");
  std::string answer = "250-sink.test greets " + word(line, 1) + "\r\n";
  for (const auto& each : options_.extensions)
    answer += "250-" + each + "\r\n";
  if (options_.certificates && !secure_)
    answer += "250-STARTTLS\r\n";
  else if (!options_.mechanisms.empty())
    answer += "250-AUTH " + options_.mechanisms + "\r\n";
  return say(smtp_step::hello, answer + "250 HELP");
}

smtp_course smtp_sink_conversation::starttls() {
  const auto course = say(smtp_step::starttls, "220 2.0.0 Go ahead");
  if (course != smtp_course::proper)
    return course;
  secure_ = stream_.start_tls(*options_.certificates);
  return secure_ ? smtp_course::proper : smtp_course::over;
}

smtp_course smtp_sink_conversation::login(const std::string& line) {
  auto response = word(line, 2);
  if (response.empty()) {
    if (!stream_.write("334 \r\n"))
      return smtp_course::over;
    const auto next = stream_.read_line();
    if (!next)
      return smtp_course::over;
    response = *next;
  }
  const auto decoded = base64_decode(response);
  if (!decoded)
    return say("501 5.5.2 Cannot decode");
  const auto course = say(smtp_step::login, "235 2.7.0 Authentication successful");
  if (course != smtp_course::proper)
    return course;
  if (decoded->starts_with('\0')) {
    user_ = part(*decoded, std::string_view{"\0", 1}, std::string_view{"\0", 1});
    token_ = decoded->substr(decoded->rfind('\0') + 1);
  } else {
    user_ = decoded->starts_with("user=") ? part(*decoded, "user=", "\x01") : part(*decoded, "a=", ",");
    token_ = part(*decoded, "auth=Bearer ", "\x01");
  }
  return course;
}

smtp_course smtp_sink_conversation::mail(const std::string& line) {
  if (in_mail_)
    return say("503 5.5.1 Sender already told");
  const auto course = say(smtp_step::mail, "250 2.1.0 Sender OK");
  in_mail_ = course == smtp_course::proper;
  mail_.mail_from = path_in(line);
  return course;
}

smtp_course smtp_sink_conversation::rcpt(const std::string& line) {
  if (!in_mail_)
    return say("503 5.5.1 MAIL first");
  const auto recipient = path_in(line);
  if (const auto wished = wished_answer(recipient); !wished.empty())
    return say(wished);
  const auto course = say(smtp_step::rcpt, "250 2.1.5 Recipient OK");
  if (course == smtp_course::proper)
    mail_.recipients.push_back(recipient);
  return course;
}

smtp_course smtp_sink_conversation::data() {
  if (mail_.recipients.empty())
    return say("503 5.5.1 No recipients");
  auto course = say(smtp_step::data, "354 Start mail input; end with <CRLF>.<CRLF>");
  if (course != smtp_course::proper)
    return course;
  in_body_ = plan_.next(smtp_step::body);
  course = add({});
  while (course != smtp_course::over) {
    const auto line = stream_.read_line();
    if (!line)
      return smtp_course::over;
    if (*line == ".")
      return verdict();
    course = add(line->substr(line->starts_with('.') ? 1 : 0) + "\r\n");
  }
  return course;
}

smtp_course smtp_sink_conversation::chunk(const std::string& line) {
  const auto octets = stream_.read_octets(std::strtoul(word(line, 1).c_str(), nullptr, 10));
  if (!octets)
    return smtp_course::over;
  if (mail_.recipients.empty())
    return say("503 5.5.1 No recipients");
  if (mail_.raw.empty())
    in_body_ = plan_.next(smtp_step::body);
  if (add(*octets) == smtp_course::over)
    return smtp_course::over;
  return upper(line).ends_with(" LAST") ? verdict() : say("250 2.0.0 " + word(line, 1) + " octets received");
}

smtp_course smtp_sink_conversation::add(std::string_view octets) {
  mail_.raw += octets;
  if (!in_body_ || mail_.raw.size() < in_body_->after_octets)
    return smtp_course::proper;
  const auto fault = *std::exchange(in_body_, std::nullopt);
  if (fault.kind == smtp_fault_kind::delay) {
    stream_.stall(fault.wait);
    return smtp_course::proper;
  }
  // After an answer in the midst of a mail the two sides would not agree on where they are.
  (void)strike(fault, stream_, "");
  return smtp_course::over;
}

smtp_course smtp_sink_conversation::verdict() {
  const auto fault = plan_.next(smtp_step::verdict);
  const std::string proper_answer = "250 2.0.0 OK <queued@sink.test> [Hostname=sink.test]";
  if (!fault || fault->taken || fault->kind == smtp_fault_kind::delay) {
    mail_.user = user_;
    mail_.token = token_;
    mail_.octets = mail_.raw.size();
    const auto empty_line = mail_.raw.find("\r\n\r\n");
    const auto header_end = empty_line == std::string::npos ? mail_.raw.size() : empty_line + 2;
    const auto body_begin = std::min(header_end + 2, mail_.raw.size());
    mail_.header = mail_.raw.substr(0, header_end);
    mail_.body_sha256 = hex_encode(as_view(sha256(std::string_view{mail_.raw}.substr(body_begin))));
    take_(std::move(mail_));
  }
  forget_mail();
  const auto course = fault ? strike(*fault, stream_, proper_answer) : say(proper_answer);
  if (course == smtp_course::over)
    return course;
  if (const auto later = plan_.next(smtp_step::accepted)) {
    // A delayed nothing is nothing.
    if (later->kind != smtp_fault_kind::delay)
      return strike(*later, stream_, "");
  }
  return course;
}

smtp_course smtp_sink_conversation::say(smtp_step step, std::string_view proper_answer) {
  if (const auto fault = plan_.next(step))
    return strike(*fault, stream_, proper_answer);
  return say(proper_answer);
}

smtp_course smtp_sink_conversation::say(std::string_view answer) {
  return stream_.write(std::string{answer} + "\r\n") ? smtp_course::proper : smtp_course::over;
}

void smtp_sink_conversation::forget_mail() {
  in_mail_ = false;
  mail_ = {};
  in_body_.reset();
}

} // namespace postroom::test
