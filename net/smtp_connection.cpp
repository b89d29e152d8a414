#include "net/smtp_connection.hpp"

#include "base/limits.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace postroom::net {
namespace asio = boost::asio;
using outcome = io_attempt::outcome;

namespace {

/// A wait without a deadline looks up so often; timers must not be set to the end of time.
constexpr auto longest_pause = std::chrono::hours{1};

mono_time now() {
  return std::chrono::steady_clock::now();
}

} // namespace

smtp_connection::smtp_connection(io_thread& thread, std::shared_ptr<smtp_dialer_state> dialer, smtp_target target,
                                 std::shared_ptr<smtp_link_listener> listener)
    : thread_(thread), dialer_(std::move(dialer)), listener_(std::move(listener)),
      transport_(std::make_shared<transport>(thread)),
      server_{std::move(target.host), target.port, std::move(target.ca_file)}, proxy_(std::move(target.proxy)),
      security_(target.session.security), clock_(dialer_->deadlines) {
  session_.emplace(std::move(target.session), static_cast<smtp::session_listener&>(*this));
}

// -- life ------------------------------------------------------------------------------------------------------------

void smtp_connection::start() {
  dialer_->open.fetch_add(1, std::memory_order_relaxed);
  thread_.enlist(*this);
  asio::co_spawn(thread_.context(), run(shared_from_this()), [self = shared_from_this()](std::exception_ptr broken) {
    if (broken)
      self->end_ = ending{fail(errc::internal, "an exception ended the link"), self->where_, {}};
    self->ended();
  });
}

asio::awaitable<void> smtp_connection::run(std::shared_ptr<smtp_connection> self) {
  auto opening = self->open();
  if (const auto opened = co_await std::move(opening); !opened) {
    self->end(opened.error());
    co_return;
  }
  while (!self->end_) {
    self->pump();
    if (self->end_)
      break;
    if (self->upgrading_) {
      auto securing = self->secure();
      const auto secured = co_await std::move(securing);
      self->upgrading_ = false;
      if (!secured)
        self->end(secured.error());
      else if (!self->end_)
        self->session_->tls_established();
      continue;
    }
    if (self->more_to_read_) {
      co_await self->transport_->yield();
      continue;
    }
    const auto until = self->deadline();
    if (const auto time = now(); time >= until) {
      self->transport_ended(fail(errc::timeout, self->server_.host + " " + std::string{self->clock_.missed(time)}));
      break;
    }
    co_await self->transport_->pause(self->wants_, std::min<mono_time>(until, now() + longest_pause));
  }
}

asio::awaitable<result<void>> smtp_connection::open() {
  const bool tls_at_once = security_ == smtp::transport_security::tls;
  if (proxy_ && security_ == smtp::transport_security::plain) // whose loopback that is, only the proxy knows
    co_return fail(errc::invalid_argument, "SMTP without TLS does not go through a proxy");
  auto connecting =
      net::connect(*transport_, server_, proxy_.get(), tls_at_once ? speaks_first::client : speaks_first::server,
                   now() + dialer_->deadlines.connect);
  if (auto connected = co_await std::move(connecting); !connected)
    co_return connected;
  proxy_.reset();
  if (security_ == smtp::transport_security::plain && !transport_->peer_is_loopback())
    co_return fail(errc::invalid_argument, "SMTP without TLS is for loopback only, not for " + server_.host);
  if (tls_at_once) {
    auto securing = secure();
    if (auto secured = co_await std::move(securing); !secured)
      co_return secured;
  }
  clock_.login_begins(now());
  co_return result<void>{};
}

asio::awaitable<result<void>> smtp_connection::secure() {
  auto securing = net::secure(*transport_, dialer_->tls, server_, now() + dialer_->deadlines.tls);
  if (auto secured = co_await std::move(securing); !secured)
    co_return secured;
  if (auto* ear = ears())
    ear->on_secured(transport_->tls());
  co_return result<void>{};
}

void smtp_connection::end(error why) {
  if (!end_)
    end_ = ending{std::move(why), where_, {}};
  transport_->close();
}

void smtp_connection::let_go() {
  listener_.reset();
  if (!closing_)
    end(fail(errc::cancelled, "nobody wants the link any more"));
}

void smtp_connection::on_stop() {
  // The session knows where in the conversation that hits us.
  if (session_ && !end_)
    session_->transport_closed(fail(errc::cancelled, "the gateway is stopping"));
  transport_->close();
}

void smtp_connection::ended() {
  unlink();
  transport_->close();
  session_.reset();
  dialer_->open.fetch_sub(1, std::memory_order_relaxed);
  const auto listener = std::move(listener_);
  const auto how = end_.value_or(ending{fail(errc::internal, "the link ended without a reason"), where_, {}});
  if (listener && !abandoned_.load(std::memory_order_acquire))
    listener->on_closed(how.why, how.where, how.last);
}

void smtp_connection::transport_ended(error why) {
  session_->transport_closed(std::move(why)); // the session knows where
}

// -- what the link asks ----------------------------------------------------------------------------------------------

void smtp_connection::begin(const smtp::envelope& what) {
  if (end_ || closing_)
    return;
  if (const auto begun = session_->begin(what); !begun)
    end(begun.error());
  clock_.mail_begins(now());
  transport_->wake();
}

void smtp_connection::begin_body() {
  if (end_)
    return;
  session_->begin_body();
  transport_->wake();
}

void smtp_connection::body(std::string octets) {
  if (end_ || !feeding_)
    return;
  piece_given_ = true;
  session_->body(std::move(octets));
  transport_->wake();
}

void smtp_connection::end_body() {
  if (end_ || !feeding_)
    return;
  feeding_ = false;
  session_->end_body();
  transport_->wake();
}

void smtp_connection::reset() {
  if (end_)
    return;
  session_->reset();
  transport_->wake();
}

void smtp_connection::close() {
  if (end_ || closing_)
    return;
  closing_ = true;
  if (!ready_) {
    end(fail(errc::cancelled, "closed before the login was done"));
    return;
  }
  clock_.leaving(now());
  session_->quit();
  transport_->wake();
}

// -- octets ----------------------------------------------------------------------------------------------------------

void smtp_connection::pump() {
  wants_ = {.read = true};
  more_to_read_ = false;
  for (std::size_t turn = 0; turn < limits::link_turn_bytes;) {
    write_out();
    want_more();
    const auto bytes = end_ ? 0 : read_in();
    if (bytes == 0 || end_ || upgrading_)
      return;
    turn += bytes;
  }
  more_to_read_ = true;
}

void smtp_connection::write_out() {
  if (end_)
    return;
  net::write_out(*transport_, *session_, wants_, unsent_, [this](std::size_t bytes) {
    dialer_->bytes_out.fetch_add(bytes, std::memory_order_relaxed);
    clock_.sent(bytes, now());
  });
}

void smtp_connection::want_more() {
  if (end_ || unsent_ || !feeding_ || !piece_given_ || session_->unsent() != 0)
    return;
  piece_given_ = false;
  if (auto* ear = ears())
    ear->on_body_wanted();
}

std::size_t smtp_connection::read_in() {
  const auto buffer = thread_.scratch();
  const auto attempt = transport_->try_read(buffer);
  switch (attempt.what) {
  case outcome::moved:
    dialer_->bytes_in.fetch_add(attempt.bytes, std::memory_order_relaxed);
    session_->received(std::span<const char>{buffer.data(), attempt.bytes});
    break;
  case outcome::want_read:
    if (unsent_)
      transport_ended(*unsent_);
    break;
  case outcome::want_write:
    wants_ = {.write = true}; // waiting for octets, too, would spin: they are there already
    break;
  case outcome::ended:
    transport_ended(fail(errc::connection_lost, "the server closed the connection"));
    break;
  case outcome::failed:
    // What could not be written tells why; that nothing more can be read is only its consequence.
    transport_ended(unsent_ ? *unsent_ : attempt.why);
    break;
  }
  return attempt.bytes;
}

mono_time smtp_connection::deadline() {
  return clock_.deadline(session_->waits_for(), session_->replies(), session_->unsent(), now());
}

// -- what the session tells ------------------------------------------------------------------------------------------

smtp_link_listener* smtp_connection::ears() const noexcept {
  return abandoned_.load(std::memory_order_acquire) ? nullptr : listener_.get();
}

void smtp_connection::on_starttls() {
  where_ = smtp::phase::starttls;
  upgrading_ = true;
}

void smtp_connection::on_ready(const smtp::server_info& info) {
  where_ = smtp::phase::sender;
  ready_ = true;
  if (auto* ear = ears())
    ear->on_ready(info);
}

void smtp_connection::on_envelope(const smtp::envelope_outcome& outcome) {
  if (auto* ear = ears())
    ear->on_envelope(outcome);
}

void smtp_connection::on_body_wanted() {
  feeding_ = true;
  piece_given_ = false;
  if (auto* ear = ears())
    ear->on_body_wanted();
}

void smtp_connection::on_message_done(smtp::phase where, const smtp::reply& answer) {
  feeding_ = false;
  if (auto* ear = ears())
    ear->on_message_done(where, answer);
}

void smtp_connection::on_reset() {
  if (auto* ear = ears())
    ear->on_reset();
}

void smtp_connection::on_closed(const error& why, smtp::phase where, const std::optional<smtp::reply>& last) {
  feeding_ = false;
  if (!end_)
    end_ = ending{closing_ ? fail(errc::cancelled, "closed by us") : why, where, last};
}

} // namespace postroom::net
