#include "sim/smtp/session.hpp"

#include "base/ascii.hpp"
#include "base/crypto.hpp"
#include "sim/smtp/refusals.hpp"

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

std::string new_session_id() {
  auto id = hex_encode(random_string(8));
  for (auto& c : id)
    c = c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
  return id;
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
  const auto* found =
      std::ranges::find_if(table, [&](const command_entry& each) { return ascii_iequals(each.name, name); });
  return found == table.end() ? nullptr : found;
}

smtp_session::smtp_session(submission_services& services, bool starttls)
    : services_(services), starttls_(starttls), id_(new_session_id()),
      body_(mail_bytes_max_of(services.face, services.limits.mail_bytes)) {
}

std::string smtp_session::greet() const {
  return greeting_text(services_.face, {id_, services_.time.now()});
}

// -- Octets in, octets out -------------------------------------------------------------------------------------------

std::string smtp_session::receive(std::string_view octets) {
  if (stage_ != stage::open || mute_)
    return {};
  input_ += octets;
  return go_on();
}

std::string smtp_session::resume() {
  if (stage_ != stage::waiting)
    return {};
  stage_ = stage::open;
  auto held = std::move(*held_);
  held_.reset();
  take(std::move(held));
  return go_on();
}

std::string smtp_session::go_on() {
  bool more = true;
  while (more && stage_ == stage::open)
    more = expected_ == expected::data ? take_data() : expected_ == expected::chunk ? take_chunk() : take_line();
  auto answers = std::exchange(answers_, {});
  if (!answers.empty() && struck(fault_kind::stall)) {
    mute_ = true;
    held_.reset();
    (void)body_.take();
    stage_ = stage::open;
    answers.clear();
  } else if (!answers.empty() && struck(fault_kind::cut)) {
    answers.resize(answers.size() / 2);
    cut();
  }
  if (mute_ || (stage_ != stage::open && stage_ != stage::waiting))
    input_ = {};
  return answers;
}

void smtp_session::tls_established() {
  stage_ = stage::open;
  starttls_ = false;
  greeted_ = false; // what was said in the clear does not count (RFC 3207 §4.2)
}

std::size_t smtp_session::octets_per_s() const {
  const auto* const slow = struck(fault_kind::slow);
  return slow && slow->amount > 0 ? static_cast<std::size_t>(slow->amount) : 0;
}

const fault* smtp_session::struck(fault_kind kind) const {
  return user_.empty() ? nullptr : find_fault(services_, kind, {user_, spoken_for_});
}

bool smtp_session::take_line() {
  const auto feed = input_.find('\n');
  if (std::min(feed, input_.size()) > line_bytes_max) {
    end(smtp_reply::line_too_long);
    return false;
  }
  if (feed == std::string::npos)
    return false;
  auto line = input_.substr(0, feed);
  input_.erase(0, feed + 1);
  if (line.ends_with('\r'))
    line.pop_back();
  on_line(line);
  return true;
}

void smtp_session::on_line(std::string_view line) {
  const auto before = std::exchange(expected_, expected::command);
  if (before != expected::command)
    return on_login_line(before, line);
  const auto name = first_word(line);
  const auto* entry = find_command(name);
  if (!entry)
    return refuse(smtp_reply::unknown_command);
  if (line.size() > command_bytes_max && entry->name != "AUTH")
    return refuse(smtp_reply::line_too_long);
  if (entry->needs_login && user_.empty())
    return refuse(smtp_reply::login_needed);
  (this->*entry->run)(after_word(line, name.size()));
}

std::string smtp_session::text_of(smtp_reply reply) const {
  return reply_text(services_.face, reply, {id_, services_.time.now()});
}

void smtp_session::say(std::string_view text) {
  answers_.append(text).append("\r\n");
}

void smtp_session::refuse(smtp_reply reply) {
  const auto text = text_of(reply);
  say(text);
  if (text.starts_with("421"))
    stage_ = stage::finished;
  else if (++refusals_ >= refusals_max)
    end(smtp_reply::too_many_errors);
}

void smtp_session::end(smtp_reply reply) {
  say(reply);
  stage_ = stage::finished;
}

// -- Hello, TLS, and the rest ----------------------------------------------------------------------------------------

void smtp_session::do_ehlo(std::string_view arguments) {
  if (arguments.empty())
    return refuse(smtp_reply::bad_hello);
  greeted_ = true;
  forget_mail();
  answers_ += hello_text(services_.face, starttls_, mail_bytes_max_of(services_.face, services_.limits.mail_bytes));
}

void smtp_session::do_helo(std::string_view arguments) {
  if (arguments.empty())
    return refuse(smtp_reply::bad_hello);
  greeted_ = true;
  forget_mail();
  say(short_hello_text(services_.face));
}

void smtp_session::do_starttls(std::string_view arguments) {
  if (!starttls_ || !greeted_)
    return refuse(smtp_reply::bad_sequence);
  if (!arguments.empty())
    return refuse(smtp_reply::bad_arguments);
  say(smtp_reply::starttls_ready);
  stage_ = stage::wants_tls;
}

void smtp_session::do_rset(std::string_view) {
  forget_mail();
  say(smtp_reply::reset_ok);
}

void smtp_session::do_noop(std::string_view) {
  say(smtp_reply::noop_ok);
}

void smtp_session::do_vrfy(std::string_view) {
  say(smtp_reply::cannot_verify);
}

void smtp_session::do_quit(std::string_view) {
  end(smtp_reply::bye);
}

} // namespace postroom::sim
