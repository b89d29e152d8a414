#include "sim/imap/session.hpp"

#include <algorithm>
#include <array>
#include <utility>

/// What imap_session does with every command.
namespace postroom::sim {
namespace {

using namespace std::chrono_literals;

constexpr auto login_patience = 60s;
constexpr auto silence_patience = 30min;
constexpr auto still_here_period = 2min;
/// Errors in a row, of faces that count them.
constexpr std::uint16_t login_errors_max = 3;
constexpr std::uint16_t errors_max = 20;
/// Of so many throttled commands the last one ends the session.
constexpr std::uint16_t throttled_max = 3;

/// In which state a command is welcome.
enum class needs : std::uint8_t { nothing, not_authenticated, mailbox, folder };
/// Who knows it.
enum class known_to : std::uint8_t { all, all_but_exchange, gmail };

bool knows(service face, known_to whom) {
  return whom == known_to::all || (whom == known_to::gmail ? face == service::google : face != service::microsoft);
}

} // namespace

struct imap_session::command_entry {
  std::string_view name;
  needs state;
  bool uid_form;
  handler run;
  known_to whom = known_to::all;
};

const imap_session::command_entry* imap_session::find_command(std::string_view name) {
  using s = imap_session;
  static constexpr std::array<command_entry, 30> table{{
      {"CAPABILITY", needs::nothing, false, &s::do_capability},
      {"NOOP", needs::nothing, false, &s::do_noop},
      {"LOGOUT", needs::nothing, false, &s::do_logout},
      {"ID", needs::nothing, false, &s::do_id},
      {"AUTHENTICATE", needs::not_authenticated, false, &s::do_authenticate},
      {"LOGIN", needs::not_authenticated, false, &s::do_login},
      {"ENABLE", needs::mailbox, false, &s::do_enable, known_to::all_but_exchange},
      {"COMPRESS", needs::mailbox, false, &s::do_compress, known_to::gmail},
      {"NAMESPACE", needs::mailbox, false, &s::do_namespace},
      {"LIST", needs::mailbox, false, &s::do_list},
      {"LSUB", needs::mailbox, false, &s::do_list},
      {"SELECT", needs::mailbox, false, &s::do_select},
      {"EXAMINE", needs::mailbox, false, &s::do_select},
      {"STATUS", needs::mailbox, false, &s::do_status},
      {"CREATE", needs::mailbox, false, &s::do_create},
      {"DELETE", needs::mailbox, false, &s::do_delete},
      {"RENAME", needs::mailbox, false, &s::do_rename},
      {"SUBSCRIBE", needs::mailbox, false, &s::do_subscribe},
      {"UNSUBSCRIBE", needs::mailbox, false, &s::do_subscribe},
      {"APPEND", needs::mailbox, false, &s::do_append},
      {"IDLE", needs::mailbox, false, &s::do_idle},
      {"CHECK", needs::folder, false, &s::do_noop},
      {"UNSELECT", needs::folder, false, &s::do_unselect},
      {"CLOSE", needs::folder, false, &s::do_unselect},
      {"EXPUNGE", needs::folder, true, &s::do_expunge},
      {"FETCH", needs::folder, true, &s::do_fetch},
      {"SEARCH", needs::folder, true, &s::do_search},
      {"STORE", needs::folder, true, &s::do_store},
      {"COPY", needs::folder, true, &s::do_copy},
      {"MOVE", needs::folder, true, &s::do_copy},
  }};
  const auto* found = std::ranges::find(table, name, &command_entry::name);
  return found == table.end() || name.empty() ? nullptr : found;
}

imap_session::imap_session(imap_services& services, answer_sink& sink) : services_(services), sink_(sink) {
  touch();
}

imap_session::~imap_session() {
  close_folder();
  if (counted_)
    services_.connections.remove(*mailbox_);
}

void imap_session::greet() {
  say(greeting_line(services_.face));
}

void imap_session::receive(std::string_view bytes) {
  if (phase_ == phase::ended || muted_)
    return;
  input_.append(bytes);
  while (phase_ != phase::ended && !muted_) {
    switch (input_.next(expected_ != expected::command)) {
    case command_cutter::outcome::need_more:
      return;
    case command_cutter::outcome::wants_literal:
      say(go_on_line(services_.face));
      break;
    case command_cutter::outcome::too_long:
      say("* " + std::string{reply_text(services_.face, imap_reply::line_too_long)});
      return end(imap_reply::bye_errors);
    case command_cutter::outcome::command:
      on_command(input_.text());
      input_.forget_text();
      touch();
      break;
    }
  }
  input_ = {}; // nobody reads the rest
}

// -- Time ------------------------------------------------------------------------------------------------------------

void imap_session::touch() {
  const auto now = services_.time.ticks();
  mono_time::duration patience =
      phase_ == phase::not_authenticated ? mono_time::duration{login_patience} : mono_time::duration{silence_patience};
  if (idling() && !muted_ && talents_of(services_.face).says_still_here)
    patience = still_here_period;
  deadline_ = std::min(now + patience, expires_);
}

void imap_session::tick() {
  const auto now = services_.time.ticks();
  if (now < deadline_ || phase_ == phase::ended)
    return;
  if (now >= expires_)
    return expire();
  if (is_mute()) {
    if (now >= deadline_)
      cut();
    return;
  }
  if (idling() && talents_of(services_.face).says_still_here) {
    say("* OK Still here");
    return touch();
  }
  end(phase_ == phase::not_authenticated ? imap_reply::bye_silent_login : imap_reply::bye_silent);
}

void imap_session::expire() {
  if (phase_ == phase::not_authenticated || phase_ == phase::ended)
    return;
  if (is_mute())
    return cut();
  end(imap_reply::bye_expired);
}

// -- Faults ----------------------------------------------------------------------------------------------------------

const fault* imap_session::struck(fault_kind kind) const {
  return user_.empty() ? nullptr : services_.faults.find(kind, user_);
}

bool imap_session::is_mute() {
  if (!muted_ && struck(fault_kind::stall)) {
    muted_ = true;
    touch(); // what was to be said next is not: the connection stays open
  }
  return muted_;
}

bool imap_session::is_struck() {
  if (command_ == "LOGOUT")
    return false;
  if (phase_ == phase::not_connected || struck(fault_kind::not_connected)) {
    refuse(imap_reply::not_connected);
    end(imap_reply::bye_not_connected);
    return true;
  }
  const auto* const throttle = struck(fault_kind::throttle);
  if (!throttle)
    return false;
  refuse(throttled_text(services_.face, throttle->amount));
  if (++throttled_ % throttled_max == 0)
    end(imap_reply::bye_silent);
  return true;
}

std::size_t imap_session::octets_per_s() const {
  const auto* const slow = struck(fault_kind::slow);
  return slow ? static_cast<std::size_t>(slow->amount) : 0;
}

// -- Commands and their ends -----------------------------------------------------------------------------------------

void imap_session::on_command(std::string_view line) {
  if (is_mute())
    return;
  const auto before = std::exchange(expected_, expected::command);
  if (before == expected::sasl_response)
    return on_sasl_response(line);
  if (before == expected::refusal_heard) // whatever the client says to the challenge, `AQ==` or nothing
    return refuse(std::exchange(refusal_, {}));
  if (before == expected::idle_end)
    return upper_case(line) == "DONE" ? ok() : refuse(imap_reply::unknown_command);

  argument_reader arguments{line};
  tag_ = arguments.word().value_or("");
  command_ = upper_case(arguments.word().value_or(""));
  by_uid_ = command_ == "UID";
  if (by_uid_)
    command_ = upper_case(arguments.word().value_or(""));
  const auto* entry = find_command(command_);
  if (tag_.empty() || !entry || (by_uid_ && !entry->uid_form) || !knows(services_.face, entry->whom)) {
    tag_ = tag_.empty() ? "*" : tag_;
    return refuse(imap_reply::unknown_command);
  }
  run(*entry, arguments);
}

void imap_session::run(const command_entry& entry, argument_reader& arguments) {
  const bool before_login = phase_ == phase::not_authenticated;
  if (!before_login && (phase_ != phase::not_connected || entry.state != needs::nothing) && is_struck())
    return;
  if ((entry.state == needs::not_authenticated && !before_login) || (entry.state == needs::mailbox && before_login) ||
      (entry.state == needs::folder && !folder_))
    return refuse(imap_reply::wrong_state);
  (this->*entry.run)(arguments);
}

void imap_session::say(std::string_view line) {
  if (phase_ == phase::ended)
    return;
  sink_.text(line);
  sink_.text("\r\n");
}

void imap_session::ok(std::string_view code) {
  errors_ = 0;
  if (folder_)
    announce();
  std::string argument;
  if (command_ == "SELECT" || command_ == "EXAMINE")
    argument = folder_ ? folder_->name() : std::string{};
  else if (command_ == "LOGIN" || command_ == "AUTHENTICATE")
    argument = user_;
  auto line = tag_ + " OK ";
  if (!code.empty())
    line.append("[").append(code).append("] ");
  line += done_text(services_.face, command_, argument);
  if (phase_ == phase::ended || !struck(fault_kind::cut))
    return say(line);
  sink_.text(line.substr(0, line.size() / 2));
  cut();
}

void imap_session::refuse(std::string_view text) {
  say(tag_ + " " + std::string{text});
  if (!text.starts_with("BAD ") || !talents_of(services_.face).counts_errors)
    return;
  if (++errors_ >= (phase_ == phase::not_authenticated ? login_errors_max : errors_max))
    end(imap_reply::bye_errors);
}

void imap_session::end(imap_reply bye) {
  if (phase_ == phase::ended)
    return;
  if (is_mute())
    return cut();
  say("* BYE " + std::string{reply_text(services_.face, bye)});
  phase_ = phase::ended;
  expected_ = expected::command;
  sink_.finish();
}

void imap_session::cut() {
  phase_ = phase::ended;
  expected_ = expected::command;
  sink_.cut();
}

} // namespace postroom::sim
