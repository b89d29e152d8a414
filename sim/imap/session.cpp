#include "sim/imap/session.hpp"

#include "base/encoding.hpp"
#include "sim/identity/xoauth2.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace postroom::sim {
namespace {

using namespace std::chrono_literals;

constexpr auto login_patience = 60s;
constexpr auto silence_patience = 30min;
/// Flag changes remembered for a client that asks for nothing; it finds the rest when it looks.
constexpr std::size_t changed_flags_max = 1000;

/// `EUR01.stand-in.test` in UTF-16LE, then base64: the shape Exchange gives its host name.
std::string host_mark() {
  std::string wide;
  for (const char c : std::string_view{"EUR01.stand-in.test"})
    wide += {c, '\0'};
  return base64_encode(wide);
}

/// In which state a command is welcome.
enum class needs : std::uint8_t { nothing, not_authenticated, mailbox, folder };

} // namespace

struct imap_session::command_entry {
  std::string_view name;
  needs state;
  bool uid_form;
  handler run;
};

const imap_session::command_entry* imap_session::find_command(std::string_view name) {
  using s = imap_session;
  static constexpr std::array<command_entry, 23> table{{
      {"CAPABILITY", needs::nothing, false, &s::do_capability},
      {"NOOP", needs::nothing, false, &s::do_noop},
      {"LOGOUT", needs::nothing, false, &s::do_logout},
      {"ID", needs::nothing, false, &s::do_id},
      {"AUTHENTICATE", needs::not_authenticated, false, &s::do_authenticate},
      {"LOGIN", needs::not_authenticated, false, &s::do_login},
      {"NAMESPACE", needs::mailbox, false, &s::do_namespace},
      {"LIST", needs::mailbox, false, &s::do_list},
      {"LSUB", needs::mailbox, false, &s::do_list},
      {"SELECT", needs::mailbox, false, &s::do_select},
      {"EXAMINE", needs::mailbox, false, &s::do_select},
      {"STATUS", needs::mailbox, false, &s::do_status},
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

imap_session::imap_session(const imap_services& services, answer_sink& sink)
    : services_(services), sink_(sink), last_command_(services.time.ticks()) {
}

imap_session::~imap_session() {
  close_folder();
}

void imap_session::greet() {
  sink_.text("* OK The Microsoft Exchange IMAP4 service is ready. [" + host_mark() + "]\r\n");
}

void imap_session::receive(std::string_view bytes) {
  if (phase_ == phase::ended)
    return;
  input_.append(bytes);
  while (phase_ != phase::ended) {
    switch (input_.next(expected_ != expected::command)) {
    case command_cutter::outcome::need_more:
      return;
    case command_cutter::outcome::wants_literal:
      sink_.text("+ Ready for additional command text.\r\n");
      break;
    case command_cutter::outcome::too_long:
      sink_.text("* BAD Command Error. 10\r\n");
      return end("Connection is closed. 13");
    case command_cutter::outcome::command:
      on_command(input_.text());
      break;
    }
  }
}

void imap_session::tick() {
  const auto now = services_.time.ticks();
  if (phase_ == phase::ended)
    return;
  if (phase_ != phase::not_authenticated && now >= expires_)
    return end("Session invalidated - AccessTokenExpired");
  if (now - last_command_ > (phase_ == phase::not_authenticated ? mono_time::duration{login_patience}
                                                                : mono_time::duration{silence_patience}))
    end("Connection is closed. 13");
}

void imap_session::on_command(std::string_view line) {
  last_command_ = services_.time.ticks();
  const auto before = std::exchange(expected_, expected::command);
  if (before == expected::sasl_response)
    return finish_xoauth2(line);
  if (before == expected::idle_end)
    return upper_case(line) == "DONE" ? ok("IDLE completed.") : bad("Command Error. 12");

  argument_reader arguments{line};
  tag_ = arguments.word().value_or("");
  command_ = upper_case(arguments.word().value_or(""));
  by_uid_ = command_ == "UID";
  if (by_uid_)
    command_ = upper_case(arguments.word().value_or(""));
  const auto* entry = find_command(command_);
  if (tag_.empty() || !entry || (by_uid_ && !entry->uid_form)) {
    tag_ = tag_.empty() ? "*" : tag_;
    return bad("Command Error. 12");
  }
  run(*entry, arguments);
}

void imap_session::run(const command_entry& entry, argument_reader& arguments) {
  const bool before_login = phase_ == phase::not_authenticated;
  if (phase_ == phase::not_connected && entry.state != needs::nothing) {
    bad("User is authenticated but not connected.");
    return end("Connection closed. 14");
  }
  if ((entry.state == needs::not_authenticated && !before_login) || (entry.state == needs::mailbox && before_login) ||
      (entry.state == needs::folder && !folder_))
    return bad("Command received in Invalid state.");
  (this->*entry.run)(arguments);
}

void imap_session::ok(std::string_view text) {
  // Sequence numbers must not change under commands that use them (RFC 3501 §7.4.1).
  const bool by_sequence = !by_uid_ && (command_ == "FETCH" || command_ == "STORE" || command_ == "SEARCH");
  if (folder_) {
    if (!by_sequence)
      announce_expunged();
    announce_added();
    announce_flags();
  }
  sink_.text(tag_ + " OK " + std::string{text} + "\r\n");
}

void imap_session::no(std::string_view text) {
  sink_.text(tag_ + " NO " + std::string{text} + "\r\n");
}

void imap_session::bad(std::string_view text) {
  sink_.text(tag_ + " BAD " + std::string{text} + "\r\n");
}

void imap_session::end(std::string_view bye) {
  phase_ = phase::ended;
  expected_ = expected::command;
  sink_.text("* BYE " + std::string{bye} + "\r\n");
  sink_.finish();
}

// -- Commands of any state -------------------------------------------------------------------------------------------

void imap_session::do_capability(argument_reader&) {
  sink_.text(phase_ == phase::not_authenticated
                 ? "* CAPABILITY IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS ID UNSELECT CHILDREN IDLE "
                   "NAMESPACE LITERAL+\r\n"
                 : "* CAPABILITY IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT "
                   "CLIENTACCESSRULES CLIENTNETWORKPRESENCELOCATION BACKENDAUTHENTICATE CHILDREN IDLE NAMESPACE "
                   "LITERAL+\r\n");
  ok("CAPABILITY completed.");
}

void imap_session::do_noop(argument_reader&) {
  ok(command_ + " completed.");
}

void imap_session::do_logout(argument_reader&) {
  sink_.text("* BYE Microsoft Exchange Server IMAP4 server signing off.\r\n");
  ok("LOGOUT completed.");
  phase_ = phase::ended;
  sink_.finish();
}

void imap_session::do_id(argument_reader&) {
  sink_.text("* ID (\"name\" \"Microsoft.Exchange.Imap4.Imap4Server\" \"version\" \"15.20\")\r\n");
  ok("ID completed");
}

// -- Login -----------------------------------------------------------------------------------------------------------

void imap_session::do_authenticate(argument_reader& arguments) {
  const auto mechanism = upper_case(arguments.word().value_or(""));
  if (mechanism != "XOAUTH2")
    return refuse_login();
  if (const auto response = arguments.word())
    return finish_xoauth2(*response);
  expected_ = expected::sasl_response;
  sink_.text("+ \r\n");
}

void imap_session::do_login(argument_reader&) {
  ++services_.stats.logins_refused;
  no("LOGIN failed.");
}

void imap_session::refuse_login() {
  ++services_.stats.logins_refused;
  no("AUTHENTICATE failed.");
}

void imap_session::finish_xoauth2(std::string_view response) {
  const auto fields = parse_xoauth2(response);
  if (!fields)
    return refuse_login();
  const auto holder = services_.tokens.check(fields->token);
  if (!holder || !holder->may(holder->app_only ? "IMAP.AccessAsApp" : "IMAP.AccessAsUser.All"))
    return refuse_login();
  ++services_.stats.logins;
  user_ = fields->user;
  expires_ = services_.time.ticks() + (holder->expires - services_.time.now());
  mailbox_ = services_.mail.find(user_);
  const auto& who = holder->app_only ? holder->client_id : holder->upn;
  const bool connected = mailbox_ && (ascii_iequals(who, user_) || services_.mail.may_open(who, user_));
  phase_ = connected ? phase::authenticated : phase::not_connected;
  ok("AUTHENTICATE completed.");
}

// -- Notifications ---------------------------------------------------------------------------------------------------

void imap_session::do_idle(argument_reader&) {
  sink_.text("+ IDLE accepted, awaiting DONE command.\r\n");
  if (folder_) {
    announce_expunged();
    announce_added();
    announce_flags();
  }
  expected_ = expected::idle_end;
}

void imap_session::on_added() {
  if (idling())
    announce_added();
}

void imap_session::on_expunged() {
  if (idling())
    announce_expunged();
}

void imap_session::on_flags(std::uint32_t uid) {
  if (changed_flags_.size() < changed_flags_max)
    changed_flags_.push_back(uid);
  if (idling())
    announce_flags();
}

void imap_session::on_renumbered() {
  end("Connection is closed. 13");
}

void imap_session::announce_added() {
  const auto last_known = view_.empty() ? 0 : view_.back();
  const auto mails = folder_->mails();
  const auto first_new = std::ranges::upper_bound(mails, last_known, {}, &mail::uid);
  const auto count = mails.end() - first_new;
  if (count == 0)
    return;
  view_.reserve(view_.size() + static_cast<std::size_t>(count));
  for (const auto& added : std::span{first_new, mails.end()})
    view_.push_back(added.uid);
  sink_.text("* " + std::to_string(view_.size()) + " EXISTS\r\n* " + std::to_string(count) + " RECENT\r\n");
}

void imap_session::announce_expunged() {
  std::size_t kept = 0;
  for (const auto uid : view_)
    if (folder_->find(uid))
      view_[kept++] = uid;
    else
      sink_.text("* " + std::to_string(kept + 1) + " EXPUNGE\r\n");
  view_.resize(kept);
}

void imap_session::announce_flags() {
  for (const auto uid : std::exchange(changed_flags_, {}))
    if (const auto place = std::ranges::lower_bound(view_, uid); place != view_.end() && *place == uid)
      send_flags({static_cast<std::uint32_t>(place - view_.begin()) + 1, uid});
}

} // namespace postroom::sim
