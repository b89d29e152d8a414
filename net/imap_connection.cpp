#include "net/imap_connection.hpp"

#include "base/limits.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace postroom::net {
namespace asio = boost::asio;
using imap::waiting_for;
using outcome = io_attempt::outcome;

namespace {

mono_time now() {
  return std::chrono::steady_clock::now();
}

} // namespace

imap_connection::imap_connection(io_thread& thread, std::shared_ptr<imap_dialer_state> dialer, imap_target target,
                                 std::shared_ptr<imap_link_listener> listener)
    : thread_(thread), dialer_(std::move(dialer)), listener_(std::move(listener)),
      transport_(std::make_shared<transport>(thread)),
      server_{std::move(target.host), target.port, std::move(target.ca_file)}, proxy_(std::move(target.proxy)),
      security_(target.session.security) {
  session_.emplace(std::move(target.session), static_cast<imap::session_listener&>(*this));
}

// -- life ------------------------------------------------------------------------------------------------------------

void imap_connection::start() {
  dialer_->open.fetch_add(1, std::memory_order_relaxed);
  thread_.enlist(*this);
  asio::co_spawn(thread_.context(), run(shared_from_this()), [self = shared_from_this()](std::exception_ptr broken) {
    if (broken)
      self->end_ = fail(errc::internal, "an exception ended the link");
    self->ended();
  });
}

asio::awaitable<void> imap_connection::run(std::shared_ptr<imap_connection> self) {
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
    if (self->holds()) {
      auto holding = self->hold();
      co_await std::move(holding);
      continue;
    }
    if (self->more_to_read_) {
      co_await self->transport_->yield();
      continue;
    }
    const auto until = self->deadline();
    if (now() >= until) {
      self->transport_ended(self->timed_out());
      break;
    }
    co_await self->transport_->pause(self->wants_, until);
  }
}

asio::awaitable<result<void>> imap_connection::open() {
  const bool tls_at_once = security_ == imap::transport_security::tls;
  if (proxy_ && security_ == imap::transport_security::plain) // whose loopback that is, only the proxy knows
    co_return fail(errc::invalid_argument, "IMAP without TLS does not go through a proxy");
  auto connecting =
      net::connect(*transport_, server_, proxy_.get(), tls_at_once ? speaks_first::client : speaks_first::server,
                   now() + dialer_->deadlines.connect);
  if (auto connected = co_await std::move(connecting); !connected)
    co_return connected;
  proxy_.reset();
  if (security_ == imap::transport_security::plain && !transport_->peer_is_loopback())
    co_return fail(errc::invalid_argument, "IMAP without TLS is for loopback only, not for " + server_.host);
  if (tls_at_once) {
    auto securing = secure();
    if (auto secured = co_await std::move(securing); !secured)
      co_return secured;
  }
  login_began_ = since_ = now();
  if (auto* ear = ears(); ear && !end_)
    ear->on_connected();
  co_return result<void>{};
}

asio::awaitable<result<void>> imap_connection::secure() {
  auto securing = net::secure(*transport_, dialer_->tls, server_, now() + dialer_->deadlines.tls);
  if (auto secured = co_await std::move(securing); !secured)
    co_return secured;
  if (auto* ear = ears())
    ear->on_secured(transport_->tls());
  co_return result<void>{};
}

void imap_connection::end(error why) {
  if (!end_)
    end_ = std::move(why);
  transport_->close();
}

void imap_connection::let_go() {
  listener_.reset();
  if (!closing_ || body_left_ > 0)
    end(fail(errc::cancelled, "nobody wants the link any more"));
}

void imap_connection::on_stop() {
  end(fail(errc::cancelled, "the gateway is stopping"));
}

void imap_connection::ended() {
  unlink();
  transport_->close();
  session_.reset();
  piece_ = std::string{};
  dialer_->open.fetch_sub(1, std::memory_order_relaxed);
  const auto listener = std::move(listener_);
  if (listener && !abandoned_.load(std::memory_order_acquire))
    listener->on_closed(end_.value_or(fail(errc::internal, "the link ended without a reason")));
}

void imap_connection::transport_ended(error why) {
  session_->transport_closed(std::move(why)); // the session knows best why, e.g. what the server said last
}

// -- what the link asks ----------------------------------------------------------------------------------------------

void imap_connection::submit(std::vector<imap::command> commands) {
  for (auto& command : commands) {
    if (end_ || closing_)
      return;
    if (const auto accepted = session_->submit(std::move(command)); !accepted)
      end(accepted.error());
  }
  transport_->wake();
}

void imap_connection::end_idle() {
  if (end_)
    return;
  session_->end_idle();
  transport_->wake();
}

void imap_connection::close() {
  if (end_ || closing_)
    return;
  closing_ = true;
  if (!ready_) {
    end(fail(errc::cancelled, "closed before the login was done"));
    return;
  }
  closing_until_ = now() + dialer_->deadlines.logout;
  session_->end_idle();
  if (!session_->submit(imap::logout_command{}))
    end(fail(errc::cancelled, "closed without LOGOUT"));
  transport_->wake();
}

// -- octets ----------------------------------------------------------------------------------------------------------

void imap_connection::pump() {
  wants_ = {.read = true};
  more_to_read_ = false;
  for (std::size_t turn = 0; turn < limits::link_turn_bytes;) {
    write_out();
    const auto bytes = end_ || holds() ? 0 : read_in();
    if (bytes == 0 || end_ || upgrading_)
      return;
    turn += bytes;
  }
  more_to_read_ = true;
}

bool imap_connection::holds() const {
  auto* ear = body_left_ > 0 ? ears() : nullptr;
  return ear && !ear->wants_more();
}

asio::awaitable<void> imap_connection::hold() {
  const auto began = now();
  co_await transport_->pause({}, began + limits::link_hold);
  const auto held = now() - began;
  since_ += held;
  if (owed_since_ != mono_time{})
    owed_since_ += held;
}

void imap_connection::write_out() {
  if (end_)
    return;
  net::write_out(*transport_, *session_, wants_, unsent_, [this](std::size_t bytes) {
    owed_bytes_ += bytes;
    dialer_->bytes_out.fetch_add(bytes, std::memory_order_relaxed);
    since_ = now();
  });
}

std::size_t imap_connection::read_in() {
  const auto buffer = thread_.scratch();
  const auto attempt = transport_->try_read(buffer);
  switch (attempt.what) {
  case outcome::moved:
    since_ = now();
    owed_bytes_ += attempt.bytes;
    dialer_->bytes_in.fetch_add(attempt.bytes, std::memory_order_relaxed);
    session_->received(std::span<const char>{buffer.data(), attempt.bytes});
    if (body_left_ > 0 && !ears())
      end(fail(errc::cancelled, "nobody wants the mail that follows"));
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
    transport_ended(attempt.why);
    break;
  }
  return attempt.bytes;
}

// -- deadlines -------------------------------------------------------------------------------------------------------

mono_time imap_connection::deadline() {
  const auto& bounds = dialer_->deadlines;
  const auto phase = session_->waits_for();
  const auto time = now();
  if (phase != std::exchange(phase_, phase))
    since_ = time;
  // Talking on without answering DONE gains no time.
  if (!session_->leaving_idle())
    leaving_idle_ = {};
  else if (leaving_idle_ == mono_time{})
    leaving_idle_ = time;
  if (phase != waiting_for::answer && phase != waiting_for::rest_of_answer && phase != waiting_for::idle_end) {
    owed_since_ = {};
  } else if (owed_since_ == mono_time{}) {
    owed_since_ = time;
    owed_bytes_ = 0;
  }
  auto until = std::min(closing_until_, answer_deadline());
  if (leaving_idle_ != mono_time{})
    until = std::min<mono_time>(until, leaving_idle_ + bounds.done);
  switch (phase) {
  case waiting_for::greeting:
  case waiting_for::login:
    return login_began_ + bounds.login;
  case waiting_for::answer:
    return std::min<mono_time>(until, since_ + bounds.first_byte);
  case waiting_for::rest_of_answer:
    return std::min<mono_time>(until, since_ + bounds.between_bytes);
  case waiting_for::idle_end:
    return until;
  case waiting_for::idle_traffic:
  case waiting_for::nothing:
    break;
  }
  return std::min<mono_time>(until, since_ + bounds.idle_silence);
}

mono_time imap_connection::answer_deadline() const {
  if (owed_since_ == mono_time{})
    return mono_time::max();
  return owed_since_ + dialer_->deadlines.answer +
         std::chrono::seconds{owed_bytes_ / limits::imap_pace_bytes_per_s_min};
}

error imap_connection::timed_out() const {
  if (now() >= answer_deadline())
    return fail(errc::timeout, server_.host + " answers too slowly");
  switch (phase_) {
  case waiting_for::greeting:
    return fail(errc::timeout, server_.host + " sent no greeting in time");
  case waiting_for::login:
    return fail(errc::timeout, server_.host + " did not finish the login in time");
  case waiting_for::answer:
    return fail(errc::timeout, server_.host + " did not answer a command in time");
  case waiting_for::rest_of_answer:
    return fail(errc::timeout, server_.host + " stopped in the middle of an answer");
  case waiting_for::idle_end:
    return fail(errc::timeout, server_.host + " did not answer DONE in time");
  case waiting_for::idle_traffic:
  case waiting_for::nothing:
    break;
  }
  return fail(errc::timeout, "nothing was heard of " + server_.host + " for too long");
}

// -- what the session tells ------------------------------------------------------------------------------------------

imap_link_listener* imap_connection::ears() const noexcept {
  return abandoned_.load(std::memory_order_acquire) ? nullptr : listener_.get();
}

void imap_connection::on_starttls() {
  upgrading_ = true;
}

void imap_connection::on_ready(const imap::session_info& info) {
  ready_ = true;
  if (auto* ear = ears())
    ear->on_ready(info);
}

void imap_connection::on_command_done(const imap::command_outcome& outcome) {
  owed_since_ = {};
  if (auto* ear = ears())
    ear->on_command_done(outcome);
}

void imap_connection::on_idling() {
  if (auto* ear = ears())
    ear->on_idling();
}

void imap_connection::on_closed(const error& why) {
  if (!end_)
    end_ = closing_ ? fail(errc::cancelled, "closed by us") : why;
}

void imap_connection::on_data(const imap::response& data) {
  const auto* fetch = std::get_if<imap::fetch_data>(&data);
  if (fetch && fetch->streamed_bytes)
    deliver_message(*fetch, *fetch->streamed_bytes);
  else if (auto* ear = ears())
    ear->on_data(data);
}

void imap_connection::on_body_begin(std::uint32_t, std::uint64_t bytes) {
  body_left_ = bytes;
  chunks_ = 0;
  begin_piece();
}

void imap_connection::begin_piece() {
  piece_ = std::string{};
  piece_.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(body_left_, limits::chunk_bytes_max)));
}

void imap_connection::on_body_data(std::string_view octets) {
  while (!octets.empty()) {
    // A full piece leaves only when more follows, so that what is left for the message is never empty for no reason.
    if (piece_.size() == limits::chunk_bytes_max) {
      if (auto* ear = ears())
        ear->on_body_chunk(chunks_, std::move(piece_));
      ++chunks_;
      begin_piece();
    }
    const auto fits = std::min(octets.size(), limits::chunk_bytes_max - piece_.size());
    piece_.append(octets.substr(0, fits));
    octets.remove_prefix(fits);
    body_left_ -= std::min<std::uint64_t>(body_left_, fits);
  }
}

void imap_connection::deliver_message(const imap::fetch_data& data, std::uint64_t bytes) {
  fetched_message message;
  message.uid = data.uid.value_or(message_uid{});
  message.flags = data.flags.value_or(std::vector<std::string>{});
  message.internal_date = data.internal_date.value_or(wall_time{});
  message.bytes = bytes;
  message.chunks = std::exchange(chunks_, 0);
  message.rest = std::exchange(piece_, {});
  if (auto* ear = ears())
    ear->on_message(std::move(message));
}

} // namespace postroom::net
