#include "protocol/smtp/client_session.hpp"

#include "protocol/smtp/login_dialogue.hpp"
#include "protocol/smtp/mail_dialogue.hpp"
#include "protocol/smtp/reply_reader.hpp"

#include <algorithm>

namespace postroom::smtp {

bool envelope_outcome::any_accepted() const noexcept {
  return std::any_of(recipients.begin(), recipients.end(), [](const reply& r) { return r.positive(); });
}

struct client_session::impl {
  enum class state : std::uint8_t { login, handshake, ready, closed };

  impl(session_options options, session_listener& l)
      : listener(l), login(std::make_unique<login_dialogue>(std::move(options))) {}

  void receive(std::span<const char> octets);
  void take(reply answer, bool more_follows);
  void perform(login_step step, std::optional<reply> last);
  void become_ready();
  void close(error why, std::optional<reply> last = {});
  [[nodiscard]] phase where() const;

  session_listener& listener;
  std::unique_ptr<login_dialogue> login; ///< until ready
  std::optional<mail_dialogue> mails;    ///< from then on
  reply_reader reader;
  outgoing_octets out;
  std::uint64_t replies = 0;
  state now = state::login;
};

void client_session::impl::receive(std::span<const char> octets) {
  if (now == state::handshake && !octets.empty())
    close(fail(errc::protocol_violation, "the server talks on in plain text after the answer to STARTTLS"));
  while (now == state::login || now == state::ready) {
    auto next = reader.next(octets);
    if (!next) {
      close(next.error());
      break;
    }
    if (!*next)
      return;
    ++replies;
    take(std::move(**next), !octets.empty());
  }
  reader.reset();
}

void client_session::impl::take(reply answer, bool more_follows) {
  if (answer.code == 421) { // at any moment (RFC 5321 §3.8)
    const bool by_us = mails && mails->quitting();
    auto why = fail(by_us ? errc::cancelled : ending_code(where(), answer), to_string(answer));
    if (!by_us)
      why.cause = case_of(where(), answer).key;
    close(std::move(why), std::move(answer));
    return;
  }
  if (now == state::ready) {
    if (auto end = mails->on_reply(std::move(answer)))
      close(std::move(end->why), std::move(end->last));
    return;
  }
  auto step = login->on_reply(answer);
  // What follows was not protected, and somebody in between may have added it (command injection, CVE-2011-0411 and
  // its mirror images at clients): an honest server waits for the handshake.
  if (step.next == login_step::action::start_tls && more_follows)
    step = {.next = login_step::action::failed,
            .why = fail(errc::protocol_violation, "the server talks on in plain text after the answer to STARTTLS")};
  perform(std::move(step), std::move(answer));
}

void client_session::impl::perform(login_step step, std::optional<reply> last) {
  switch (step.next) {
  case login_step::action::send:
    out.append(step.line.expose());
    break;
  case login_step::action::start_tls:
    now = state::handshake;
    listener.on_starttls();
    break;
  case login_step::action::ready:
    become_ready();
    break;
  case login_step::action::failed: {
    const bool by_reply = last && !last->positive();
    close(std::move(step.why), by_reply ? std::move(last) : std::nullopt);
    break;
  }
  }
}

void client_session::impl::become_ready() {
  const server_info info = std::move(login->server());
  login.reset();
  now = state::ready;
  mails.emplace(info, out, listener);
  listener.on_ready(info);
}

phase client_session::impl::where() const {
  if (login)
    return login->where();
  return mails ? mails->where() : phase::greeting;
}

void client_session::impl::close(error why, std::optional<reply> last) {
  if (now == state::closed)
    return;
  now = state::closed;
  const auto place = where();
  if (login) {
    why.detail = login->without_secrets(std::move(why.detail));
    if (last)
      last->text = login->without_secrets(std::move(last->text));
  }
  login.reset();
  out.clear();
  listener.on_closed(why, place, last);
}

client_session::client_session(session_options options, session_listener& listener)
    : impl_(std::make_unique<impl>(std::move(options), listener)) {
}
client_session::~client_session() = default;

result<void> client_session::begin(const envelope& what) {
  if (impl_->now == impl::state::closed)
    return fail(errc::cancelled, "the session is over");
  if (impl_->now != impl::state::ready)
    return fail(errc::conflict, "not logged in yet");
  return impl_->mails->begin(what);
}

void client_session::begin_body() {
  if (impl_->now == impl::state::ready)
    impl_->mails->begin_body();
}

void client_session::body(std::string octets) {
  if (impl_->now == impl::state::ready)
    impl_->mails->body(std::move(octets));
}

void client_session::end_body() {
  if (impl_->now == impl::state::ready)
    impl_->mails->end_body();
}

void client_session::reset() {
  if (impl_->now == impl::state::ready)
    impl_->mails->reset();
}

void client_session::quit() {
  if (impl_->now != impl::state::ready || !impl_->mails->quit())
    impl_->close(fail(errc::cancelled, "closed by us"));
}

std::string_view client_session::outgoing() const {
  return impl_->out.front();
}
void client_session::sent(std::size_t bytes) {
  impl_->out.sent(bytes);
}
std::size_t client_session::unsent() const noexcept {
  return impl_->out.bytes();
}

void client_session::received(std::span<const char> octets) {
  impl_->receive(octets);
}

void client_session::tls_established() {
  if (impl_->now != impl::state::handshake)
    return;
  impl_->now = impl::state::login;
  impl_->perform(impl_->login->on_tls(), {});
}

void client_session::transport_closed(error why) {
  if (impl_->mails && impl_->mails->quitting())
    why = fail(errc::cancelled, "closed by us");
  impl_->close(std::move(why));
  impl_->reader.reset();
}

waiting_for client_session::waits_for() const {
  switch (impl_->now) {
  case impl::state::closed:
    return waiting_for::nothing;
  case impl::state::handshake:
    return waiting_for::login;
  case impl::state::login:
    return impl_->login->greeted() ? waiting_for::login : waiting_for::greeting;
  case impl::state::ready:
    break;
  }
  return impl_->mails->waits_for();
}

std::uint64_t client_session::replies() const noexcept {
  return impl_->replies;
}

bool client_session::closed() const {
  return impl_->now == impl::state::closed;
}

} // namespace postroom::smtp
