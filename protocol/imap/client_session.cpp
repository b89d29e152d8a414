#include "protocol/imap/client_session.hpp"

#include "base/limits.hpp"
#include "protocol/imap/command_queue.hpp"
#include "protocol/imap/failure_table.hpp"
#include "protocol/imap/login_dialogue.hpp"
#include "protocol/imap/parse_response.hpp"
#include "protocol/imap/text.hpp"

#include <algorithm>

namespace postroom::imap {

namespace {

literal_support literals_of(const session_info& info) {
  return info.has("LITERAL+") || info.has("LITERAL-") ? literal_support::at_once : literal_support::synchronising;
}

/// After these the session is of no use, whatever the server does next.
bool ends_session(errc meaning) {
  return meaning == errc::mailbox_not_connected || meaning == errc::session_expired;
}

} // namespace

bool session_info::has(std::string_view capability) const {
  return std::find(capabilities.begin(), capabilities.end(), capability) != capabilities.end();
}

struct client_session::impl {
  enum class phase : std::uint8_t { login, handshake, ready, closed };

  impl(session_options options, session_listener& l)
      : listener(l), login(std::make_unique<login_dialogue>(std::move(options))) {}

  void receive(std::span<const char> octets);
  void take(const frame& whole);
  void take_response(parsed_response& parsed);
  void take_status(const status_response& answer);
  void take_answer(const status_response& answer);
  void take_data(parsed_response& parsed);
  void perform(login_step step);
  void become_ready();
  void flush();
  void end_idle();
  void send_done();
  void close(error why);
  [[nodiscard]] error best_reason(error why) const;
  [[nodiscard]] waiting_for waits_for() const;

  session_listener& listener;
  std::unique_ptr<login_dialogue> login; ///< until ready
  response_framer framer;
  command_queue queue;
  send_buffer out;
  std::size_t untagged = 0;          ///< responses since the last command or answer
  std::uint32_t dones_sent = 0;      ///< DONE lines whose crossing with the server's own end of IDLE must be tolerated
  std::optional<error> last_failure; ///< explains the end of the session, if that comes without a reason
  quirks seen;
  phase now = phase::login;
  literal_support literals = literal_support::synchronising;
};

void client_session::impl::receive(std::span<const char> octets) {
  while (now == phase::login || now == phase::ready) {
    auto piece = framer.next(octets);
    if (!piece) {
      close(piece.error());
      break;
    }
    if (std::holds_alternative<need_more>(*piece))
      break;
    if (const auto* whole = std::get_if<frame>(&*piece)) {
      take(*whole);
    } else if (now == phase::ready) {
      if (const auto* octets_of_body = std::get_if<body_piece>(&*piece))
        listener.on_body_data(octets_of_body->octets);
      else if (const auto* start = std::get_if<body_start>(&*piece))
        listener.on_body_begin(start->sequence, start->bytes);
    }
  }
  // What came behind the answer to STARTTLS was not protected and is not obeyed later (response injection).
  if (now == phase::handshake || now == phase::closed)
    framer.reset();
  framer.release();
}

void client_session::impl::take(const frame& whole) {
  if (++untagged > limits::imap_unsolicited_max) {
    close(fail(errc::protocol_violation, "the server floods us with responses"));
    return;
  }
  if (whole.text.empty())
    return; // stray line ends behind literals
  auto parsed = parse_response(whole);
  seen.add(parsed.seen);
  if (parsed.seen.has(quirk::raw_line)) {
    const auto& line = std::get<unknown_data>(parsed.value).text;
    const auto* known = classify_raw_line(line);
    auto words = "the server said: " + line;
    close(best_reason(known ? to_error(*known, std::move(words)) : fail(errc::protocol_violation, std::move(words))));
    return;
  }
  if (parsed.seen.has(quirk::too_many_numbers)) {
    close(fail(errc::too_large, "a search found more messages than can be held"));
    return;
  }
  take_response(parsed);
}

void client_session::impl::take_response(parsed_response& parsed) {
  const auto* answer = std::get_if<status_response>(&parsed.value);
  if (answer && answer->tag.empty() && answer->kind == status_kind::bye) {
    if (queue.logging_out())
      return; // its tagged answer follows
    close(best_reason(to_error(*classify_failure(failure_phase::goodbye, *answer), answer->text)));
    return;
  }
  if (now == phase::login) {
    perform(login->on_response(parsed.value));
    return;
  }
  if (answer) {
    take_status(*answer);
    return;
  }
  if (!std::holds_alternative<continuation>(parsed.value)) {
    take_data(parsed);
    return;
  }
  switch (queue.on_plus(out)) {
  case plus_meaning::literal:
    flush();
    break;
  case plus_meaning::idle:
    untagged = 0;
    last_failure.reset(); // what was refused before has passed
    listener.on_idling();
    send_done();
    break;
  case plus_meaning::superfluous:
    seen.add(quirk::superfluous_plus);
    break;
  }
}

void client_session::impl::take_data(parsed_response& parsed) {
  if (parsed.inline_body) {
    listener.on_body_begin(std::get<fetch_data>(parsed.value).sequence, parsed.inline_body->size());
    if (!parsed.inline_body->empty())
      listener.on_body_data(*parsed.inline_body);
  }
  listener.on_data(parsed.value);
}

void client_session::impl::take_status(const status_response& answer) {
  if (!answer.tag.empty()) {
    take_answer(answer);
    return;
  }
  if (answer.kind == status_kind::no || answer.kind == status_kind::bad)
    if (const auto* known = classify_failure(failure_phase::command, answer))
      last_failure = to_error(*known, answer.text);
  listener.on_data(answer);
}

void client_session::impl::take_answer(const status_response& answer) {
  if (answer.tag == "DONE" && answer.kind == status_kind::bad && dones_sent != 0) {
    --dones_sent; // our DONE met the server's own end of IDLE
    return;
  }
  const auto done = queue.finish(answer.tag);
  if (!done || (answer.kind == status_kind::ok && !done->complete)) {
    close(fail(errc::protocol_violation, "an answer to a command that was not sent"));
    return;
  }
  untagged = 0;
  last_failure.reset();
  if (answer.kind != status_kind::ok)
    if (const auto* known = classify_failure(failure_phase::command, answer))
      last_failure = to_error(*known, answer.text);
  listener.on_command_done({done->id, answer.kind, answer.code, answer.text});
  if (done->logout)
    close(fail(errc::cancelled, "logged out"));
  else if (last_failure && ends_session(last_failure->code))
    close(*last_failure);
  else
    flush();
}

void client_session::impl::perform(login_step step) {
  switch (step.next) {
  case login_step::action::wait:
    break;
  case login_step::action::send:
    untagged = 0;
    out.append(step.line.expose());
    break;
  case login_step::action::start_tls:
    now = phase::handshake;
    listener.on_starttls();
    break;
  case login_step::action::ready:
    become_ready();
    break;
  case login_step::action::failed:
    close(std::move(step.why));
    break;
  }
}

void client_session::impl::become_ready() {
  const session_info info{std::move(login->capabilities())};
  login.reset();
  now = phase::ready;
  untagged = 0;
  literals = literals_of(info);
  listener.on_ready(info);
  flush();
}

void client_session::impl::flush() {
  if (now == phase::ready && queue.flush(out))
    untagged = 0;
}

void client_session::impl::end_idle() {
  queue.want_done();
  send_done();
}

void client_session::impl::send_done() {
  if (!queue.flush_done(out))
    return;
  ++dones_sent;
  flush();
}

error client_session::impl::best_reason(error why) const {
  const bool says_nothing =
      why.code == errc::server_bye || why.code == errc::connection_lost || why.code == errc::protocol_violation;
  return says_nothing && last_failure ? *last_failure : why;
}

void client_session::impl::close(error why) {
  if (now == phase::closed)
    return;
  now = phase::closed;
  if (login)
    why.detail = login->without_secrets(std::move(why.detail));
  login.reset();
  queue.clear();
  out.clear();
  listener.on_closed(why);
}

waiting_for client_session::impl::waits_for() const {
  switch (now) {
  case phase::closed:
    return waiting_for::nothing;
  case phase::handshake:
    return waiting_for::login;
  case phase::login:
    return login->greeted() ? waiting_for::login : waiting_for::greeting;
  case phase::ready:
    break;
  }
  if (framer.half_read())
    return waiting_for::rest_of_answer;
  if (queue.idle() == idle_state::idling)
    return waiting_for::idle_traffic;
  if (queue.idle() == idle_state::leaving)
    return waiting_for::idle_end;
  return queue.in_flight() ? waiting_for::answer : waiting_for::nothing;
}

client_session::client_session(session_options options, session_listener& listener)
    : impl_(std::make_unique<impl>(std::move(options), listener)) {
}
client_session::~client_session() = default;
client_session::client_session(client_session&&) noexcept = default;

result<ticket> client_session::submit(command what) {
  if (impl_->now == impl::phase::closed)
    return fail(errc::cancelled, "the session is over");
  auto id = impl_->queue.add(std::move(what), impl_->literals);
  if (id)
    impl_->flush();
  return id;
}

void client_session::end_idle() {
  impl_->end_idle();
}

std::string_view client_session::outgoing() const {
  return impl_->out.front();
}

void client_session::sent(std::size_t bytes) {
  impl_->out.sent(bytes);
}

void client_session::received(std::span<const char> octets) {
  impl_->receive(octets);
}

void client_session::tls_established() {
  if (impl_->now != impl::phase::handshake)
    return;
  impl_->now = impl::phase::login;
  impl_->perform(impl_->login->on_tls());
}

void client_session::transport_closed(error why) {
  if (impl_->queue.logging_out())
    impl_->close(fail(errc::cancelled, "logged out"));
  else
    impl_->close(impl_->best_reason(std::move(why)));
  impl_->framer.reset();
}

waiting_for client_session::waits_for() const {
  return impl_->waits_for();
}
std::size_t client_session::commands_open() const {
  return impl_->queue.size();
}
bool client_session::leaving_idle() const {
  return impl_->queue.idle() == idle_state::leaving;
}
bool client_session::closed() const {
  return impl_->now == impl::phase::closed;
}

quirks client_session::quirks_seen() const {
  return impl_->seen;
}

std::size_t client_session::buffered_bytes() const {
  return impl_->framer.buffered_bytes() + impl_->queue.buffered_bytes() + impl_->out.buffered_bytes();
}

} // namespace postroom::imap
