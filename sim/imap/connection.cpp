#include "sim/imap/connection.hpp"
#include "net/as_values.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <limits>
#include <openssl/err.h>
#include <sys/socket.h>
#include <utility>

namespace postroom::sim {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

using net::as_values;
/// A client that does not read what it gets pushed is cut off; bodies are shared and weigh nothing here.
constexpr std::size_t queued_pieces_max = 1'000'000;
/// Texts are joined up to here, so that many small answers make few pieces.
constexpr std::size_t joined_text_bytes_max = 8 * 1024;
/// Of a connection that is to be slow.
constexpr std::size_t turns_per_s = 10;

} // namespace

std::string_view imap_connection::piece::bytes() const {
  return slice.raw ? std::string_view{*slice.raw}.substr(slice.offset, slice.octets) : std::string_view{text};
}

imap_connection::imap_connection(tcp::socket socket, connection_hub& hub)
    : socket_(std::move(socket)), hub_(hub), session_(hub.services, *this) {
  hub_.connections.insert(this);
}

imap_connection::~imap_connection() {
  tell_idling(false);
  hub_.connections.erase(this);
}

// -- Answers ---------------------------------------------------------------------------------------------------------

void imap_connection::text(std::string_view bytes) {
  queued_octets_ += bytes.size();
  hub_.services.stats.bytes_sent += bytes.size();
  if (!queue_.empty() && !queue_.back().slice.raw && queue_.back().text.size() + bytes.size() < joined_text_bytes_max)
    queue_.back().text += bytes;
  else
    queue_.push_back({std::string{bytes}, {}});
  flush_soon();
}

void imap_connection::body(const mail_slice& slice) {
  if (slice.octets == 0)
    return;
  queued_octets_ += slice.octets;
  hub_.services.stats.bytes_sent += slice.octets;
  queue_.push_back({{}, slice});
  flush_soon();
}

void imap_connection::finish() {
  finished_ = true;
  tell_idling(false);
  flush_soon();
}

void imap_connection::cut() {
  cut_ = true;
  finish();
}

void imap_connection::flush_soon() {
  if (reading_ || flush_planned_ || !socket_.is_open())
    return;
  if (queue_.size() > queued_pieces_max)
    return drop();
  flush_planned_ = true;
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    self->flush_planned_ = false;
    if (!self->socket_.is_open())
      return;
    const auto reached = self->flush();
    if (reached == progress::failed || (reached == progress::done && self->finished_))
      return self->drop();
    const auto go_on = [self](const boost::system::error_code& failure) {
      if (!failure)
        self->flush_soon();
    };
    if (reached == progress::wait_write)
      self->socket_.async_wait(tcp::socket::wait_write, go_on);
    if (reached == progress::wait_turn)
      self->pacer_->timer.async_wait(go_on);
  });
}

std::span<const char> imap_connection::gather(std::size_t octets_max) {
  auto& buffer = hub_.write_buffer;
  const auto limit = std::min(octets_max, buffer.size());
  std::size_t size = 0;
  std::size_t skipped = front_sent_;
  for (std::size_t i = queue_front_; i < queue_.size() && size < limit; ++i) {
    const auto bytes = queue_[i].bytes().substr(skipped);
    const auto count = std::min(bytes.size(), limit - size);
    std::memcpy(buffer.data() + size, bytes.data(), count);
    size += count;
    skipped = 0;
  }
  return {buffer.data(), size};
}

void imap_connection::consume(std::size_t octets) {
  queued_octets_ -= octets;
  while (octets > 0) {
    auto& front = queue_[queue_front_];
    const auto left = front.bytes().size() - front_sent_;
    if (octets < left) {
      front_sent_ += octets;
      return;
    }
    octets -= left;
    front = {};
    front_sent_ = 0;
    ++queue_front_;
  }
  if (queued_octets_ == 0) {
    queue_ = {};
    queue_front_ = 0;
  }
}

std::size_t imap_connection::allowance() {
  const auto rate = session_.octets_per_s();
  if (rate > 0 && !pacer_)
    pacer_ = std::make_unique<pacer>(socket_.get_executor());
  if (pacer_)
    pacer_->octets_per_s = rate;
  if (rate == 0)
    return std::numeric_limits<std::size_t>::max();
  return pacer_->timer.expiry() > std::chrono::steady_clock::now() ? 0 : std::max<std::size_t>(rate / turns_per_s, 1);
}

void imap_connection::note_sent(std::size_t octets) {
  if (pacer_ && pacer_->octets_per_s > 0)
    pacer_->timer.expires_after(std::chrono::nanoseconds{1s} * octets / pacer_->octets_per_s);
}

imap_connection::progress imap_connection::flush() {
  while (queued_octets_ > 0) {
    const auto most = allowance();
    if (most == 0)
      return progress::wait_turn;
    std::size_t written = 0;
    // OpenSSL wants a write that it could not finish again, and not a shorter one.
    const auto reached = write_some(gather(std::max(most, unfinished_)), written);
    if (reached != progress::done)
      return reached;
    consume(written);
    note_sent(written);
  }
  return progress::done;
}

// -- The socket ------------------------------------------------------------------------------------------------------

imap_connection::progress imap_connection::tls_progress(int outcome) const {
  switch (SSL_get_error(ssl_.get(), outcome)) {
  case SSL_ERROR_WANT_READ:
    return progress::wait_read;
  case SSL_ERROR_WANT_WRITE:
    return progress::wait_write;
  default:
    return progress::failed;
  }
}

imap_connection::progress imap_connection::read_some(std::string_view& bytes) {
  auto& buffer = hub_.read_buffer;
  ssize_t count = 0;
  if (ssl_) {
    ERR_clear_error();
    count = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
    if (count <= 0)
      return tls_progress(static_cast<int>(count));
  } else {
    count = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), 0);
    if (count <= 0)
      return count < 0 && (errno == EAGAIN || errno == EINTR) ? progress::wait_read : progress::failed;
  }
  bytes = {buffer.data(), static_cast<std::size_t>(count)};
  return progress::done;
}

imap_connection::progress imap_connection::write_some(std::span<const char> bytes, std::size_t& written) {
  ssize_t count = 0;
  if (ssl_) {
    ERR_clear_error();
    count = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
    unfinished_ = count <= 0 ? bytes.size() : 0;
    if (count <= 0)
      return tls_progress(static_cast<int>(count));
  } else {
    count = ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count < 0)
      return errno == EAGAIN || errno == EINTR ? progress::wait_write : progress::failed;
  }
  written = static_cast<std::size_t>(count);
  return progress::done;
}

asio::awaitable<bool> imap_connection::wait_for(progress what) {
  if (what == progress::failed || !socket_.is_open())
    co_return false;
  if (what == progress::wait_turn) {
    (void)co_await pacer_->timer.async_wait(as_values);
    co_return socket_.is_open();
  }
  const auto direction = what == progress::wait_read ? tcp::socket::wait_read : tcp::socket::wait_write;
  const auto [failure] = co_await socket_.async_wait(direction, as_values);
  co_return !failure;
}

asio::awaitable<bool> imap_connection::handshake() {
  if (!hub_.tls)
    co_return true;
  ssl_.reset(SSL_new(hub_.tls));
  if (!ssl_ || SSL_set_fd(ssl_.get(), socket_.native_handle()) != 1)
    co_return false;
  for (;;) {
    ERR_clear_error();
    const int outcome = SSL_accept(ssl_.get());
    if (outcome == 1)
      co_return true;
    if (!co_await wait_for(tls_progress(outcome)))
      co_return false;
  }
}

asio::awaitable<bool> imap_connection::drain() {
  for (;;) {
    if (!socket_.is_open())
      co_return false;
    const auto reached = flush();
    if (reached == progress::done)
      co_return !finished_;
    if (!co_await wait_for(reached))
      co_return false;
  }
}

asio::awaitable<void> imap_connection::run(std::shared_ptr<imap_connection> self) {
  boost::system::error_code failure;
  self->socket_.non_blocking(true, failure);
  self->socket_.set_option(tcp::no_delay{true}, failure);
  self->reading_ = true;
  bool alive = !failure && co_await self->handshake();
  if (alive)
    self->session_.greet();
  while (alive && co_await self->drain()) {
    std::string_view bytes;
    const auto reached = self->read_some(bytes);
    if (reached == progress::done) {
      self->session_.receive(bytes);
      self->tell_idling(self->session_.idling());
      continue;
    }
    self->reading_ = false;
    alive = co_await self->wait_for(reached);
    self->reading_ = true;
  }
  self->drop();
}

void imap_connection::tick() {
  if (finished_before_tick_)
    return drop();
  session_.tick();
  finished_before_tick_ = finished_;
}

void imap_connection::expire() {
  session_.expire();
}

void imap_connection::tell_idling(bool idling) {
  if (hub_.on_idle && std::exchange(told_idling_, idling) != idling)
    hub_.on_idle(session_.user(), idling);
}

void imap_connection::drop() {
  boost::system::error_code ignored;
  if (ssl_ && finished_ && !cut_ && socket_.is_open())
    (void)SSL_shutdown(ssl_.get());
  socket_.close(ignored);
}

} // namespace postroom::sim
