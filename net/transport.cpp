#include "net/transport.hpp"

#include "base/limits.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <climits>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <system_error>
#include <tuple>

namespace postroom::net {
namespace asio = boost::asio;
using asio::ip::tcp;
using outcome = io_attempt::outcome;

namespace {

// A peer that is gone is noticed within three and a half minutes. The user timeout counts octets under way and, in
// place of a number of probes, keepalive in a silence. It counts probes of a closed window, too: a server that is alive
// and does not read must first meet the deadline of who waits for it.
constexpr int keepalive_idle_s = 60;
constexpr int keepalive_interval_s = 10;
constexpr int user_timeout_ms = 200'000;
static_assert(std::chrono::milliseconds{user_timeout_ms} > limits::smtp_block_deadline);

error cancelled() {
  return fail(errc::cancelled, "the connection was closed by us");
}

error lost(int number) {
  return fail(errc::connection_lost, "the connection broke: " + std::generic_category().message(number));
}

void set_options(int fd) {
  const auto set = [fd](int level, int name, int value) { ::setsockopt(fd, level, name, &value, sizeof value); };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, keepalive_idle_s);
  set(IPPROTO_TCP, TCP_KEEPINTVL, keepalive_interval_s);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, user_timeout_ms);
  set(IPPROTO_TCP, TCP_NODELAY, 1);
}

mono_time now() {
  return std::chrono::steady_clock::now();
}

readiness readiness_for(outcome what) {
  return {.read = what == outcome::want_read, .write = what == outcome::want_write};
}

} // namespace

transport::transport(io_thread& thread) : thread_(thread), socket_(thread.context()), alarm_(thread.context()) {
}

transport::~transport() {
  close();
}

bool transport::resumed() const noexcept {
  return ssl_ && SSL_session_reused(ssl_.get());
}

void transport::arm(readiness what) {
  if (what.read && !read_armed_) {
    read_armed_ = true;
    socket_.async_wait(tcp::socket::wait_read, [self = shared_from_this()](const boost::system::error_code& ended) {
      if (ended)
        return; // of a socket closed meanwhile
      self->read_armed_ = false;
      self->wake();
    });
  }
  if (what.write && !write_armed_) {
    write_armed_ = true;
    socket_.async_wait(tcp::socket::wait_write, [self = shared_from_this()](const boost::system::error_code& ended) {
      if (ended)
        return; // of a socket closed meanwhile
      self->write_armed_ = false;
      self->wake();
    });
  }
}

void transport::wake() {
  woken_ = true;
  alarm_.cancel();
}

asio::awaitable<void> transport::pause(readiness what, mono_time until) {
  if (!closed_ && !woken_) {
    arm(what);
    alarm_.expires_at(until);
    co_await alarm_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  woken_ = false;
}

bool transport::peer_is_loopback() const {
  boost::system::error_code unconnected;
  const auto peer = socket_.remote_endpoint(unconnected).address();
  return !unconnected && peer.is_loopback();
}

asio::awaitable<void> transport::yield() {
  co_await asio::post(thread_.context(), asio::use_awaitable);
}

void transport::close() {
  if (closed_)
    return;
  closed_ = true;
  if (ssl_ && handshaken_) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  ssl_.reset();
  boost::system::error_code ignored;
  socket_.close(ignored);
  wake();
}

// -- connecting ------------------------------------------------------------------------------------------------------

asio::awaitable<result<void>> transport::connect(std::string host, std::uint16_t port, mono_time until) {
  auto found = std::make_shared<std::optional<resolver::answer>>();
  // Named, not a temporary of a co_await line: GCC 12 destroys those twice.
  resolver::callback keep = [self = shared_from_this(), found](const resolver::answer& answer) {
    *found = answer;
    self->wake();
  };
  thread_.resolver().resolve(host, std::move(keep));
  while (!found->has_value()) {
    if (closed_)
      co_return cancelled();
    if (now() >= until)
      co_return fail(errc::timeout, "the name " + host + " was not resolved in time");
    co_await pause({}, until);
  }
  if (!(*found)->has_value())
    co_return (*found)->error();

  const auto addresses = ***found;
  result<void> last = fail(errc::connect_failed, host + " has no address");
  for (std::size_t i = 0; i < addresses->size(); ++i) {
    // What is left of the time is shared evenly, so that one address that swallows packets leaves the others a chance.
    const auto share = (until - now()) / static_cast<long>(addresses->size() - i);
    last = co_await connect_to({(*addresses)[i], port}, now() + share);
    if (last || closed_ || now() >= until)
      break;
  }
  co_return last;
}

asio::awaitable<result<void>> transport::connect_to(tcp::endpoint address, mono_time until) {
  const auto begun = begin_connect(address);
  if (!begun)
    co_return begun.error();
  if (*begun)
    co_return result<void>{};
  for (;;) {
    co_await pause({.write = true}, until);
    if (closed_)
      co_return cancelled();
    const auto connected = connect_outcome();
    if (!connected)
      co_return connected.error();
    if (*connected)
      co_return result<void>{};
    if (now() >= until)
      co_return fail(errc::timeout, "no TCP connection to " + address.address().to_string() + " port " +
                                        std::to_string(address.port()) + " in time");
  }
}

result<bool> transport::begin_connect(const tcp::endpoint& address) {
  boost::system::error_code failed;
  socket_.close(failed); // of an address tried before
  write_armed_ = false;
  socket_.open(address.protocol(), failed);
  if (!failed)
    socket_.native_non_blocking(true, failed);
  if (failed)
    return fail(errc::connect_failed, failed.message());
  set_options(socket_.native_handle());
  if (::connect(socket_.native_handle(), address.data(), static_cast<socklen_t>(address.size())) == 0)
    return true;
  if (errno == EINPROGRESS)
    return false;
  return fail(errc::connect_failed, address.address().to_string() + ": " + std::generic_category().message(errno));
}

result<bool> transport::connect_outcome() {
  int number = 0;
  socklen_t size = sizeof number;
  if (::getsockopt(socket_.native_handle(), SOL_SOCKET, SO_ERROR, &number, &size) != 0)
    number = errno;
  if (number != 0)
    return fail(errc::connect_failed, std::generic_category().message(number));
  boost::system::error_code unconnected;
  std::ignore = socket_.remote_endpoint(unconnected);
  return !unconnected;
}

// -- a proxy's tunnel ------------------------------------------------------------------------------------------------

io_attempt transport::try_tunnel(http::proxy_connect& dialogue, speaks_first who) {
  if (closed_)
    return {.what = outcome::failed, .why = cancelled()};
  // The octets stay in the socket until it is known which of them are the proxy's: so what the server has sent behind
  // the answer needs no place of its own, neither now nor for the life of the connection.
  const auto buffer = thread_.scratch();
  const int fd = socket_.native_handle();
  const auto seen = ::recv(fd, buffer.data(), buffer.size(), MSG_PEEK);
  if (seen < 0 && (errno == EAGAIN || errno == EINTR))
    return {.what = outcome::want_read};
  if (seen <= 0)
    return {.what = outcome::failed, .why = dialogue.closed()};
  const auto there = static_cast<std::size_t>(seen);
  const auto taken = dialogue.received({buffer.data(), there});
  if (!taken)
    return {.what = outcome::failed, .why = taken.error()};
  if (dialogue.established() && who == speaks_first::client && *taken < there)
    return {.what = outcome::failed, .why = fail(errc::connect_failed, "the proxy sent octets behind its answer")};
  if (::recv(fd, buffer.data(), *taken, 0) != static_cast<ssize_t>(*taken))
    return {.what = outcome::failed, .why = dialogue.closed()};
  return {.what = outcome::moved, .bytes = *taken};
}

asio::awaitable<result<void>> transport::open_tunnel(http::proxy_connect dialogue, speaks_first who, mono_time until) {
  auto asking = write_all(dialogue.request().expose(), until);
  if (auto asked = co_await std::move(asking); !asked) {
    if (asked.error().code == errc::connection_lost) // the server has heard nothing: it is no loss
      co_return dialogue.closed();
    co_return asked;
  }
  while (!dialogue.established()) {
    const auto attempt = try_tunnel(dialogue, who);
    if (attempt.what == outcome::failed)
      co_return attempt.why;
    if (now() >= until)
      co_return fail(errc::timeout, "no answer to CONNECT in time");
    if (attempt.what == outcome::want_read)
      co_await pause({.read = true}, until);
  }
  co_return result<void>{};
}

// -- octets ----------------------------------------------------------------------------------------------------------

io_attempt transport::tls_attempt(int returned) {
  if (returned > 0)
    return {.what = outcome::moved, .bytes = static_cast<std::size_t>(returned)};
  const int number = errno;
  switch (SSL_get_error(ssl_.get(), returned)) {
  case SSL_ERROR_WANT_READ:
    return {.what = outcome::want_read};
  case SSL_ERROR_WANT_WRITE:
    return {.what = outcome::want_write};
  case SSL_ERROR_ZERO_RETURN:
    return {.what = outcome::ended};
  case SSL_ERROR_SYSCALL:
    return {.what = outcome::failed, .why = lost(number)};
  default:
    if (ERR_GET_REASON(ERR_peek_last_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
      return {.what = outcome::failed, .why = fail(errc::connection_lost, "the server closed without a TLS goodbye")};
    const char* reason = ERR_reason_error_string(ERR_peek_last_error());
    // In TLS 1.3 a server refuses us (no client certificate, say) only after our side of the handshake is done.
    return {
        .what = outcome::failed,
        .why = fail(heard_ ? errc::connection_lost : errc::tls_failed, std::string{"TLS: "} + (reason ? reason : "?"))};
  }
}

io_attempt transport::try_read(std::span<char> into) {
  if (closed_)
    return {.what = outcome::failed, .why = cancelled()};
  const auto room = std::min<std::size_t>(into.size(), INT_MAX);
  if (ssl_) {
    ERR_clear_error();
    auto attempt = tls_attempt(SSL_read(ssl_.get(), into.data(), static_cast<int>(room)));
    heard_ = heard_ || attempt.what == outcome::moved;
    return attempt;
  }
  const auto got = ::recv(socket_.native_handle(), into.data(), room, 0);
  if (got > 0)
    return {.what = outcome::moved, .bytes = static_cast<std::size_t>(got)};
  if (got == 0)
    return {.what = outcome::ended};
  if (errno == EAGAIN || errno == EINTR)
    return {.what = outcome::want_read};
  return {.what = outcome::failed, .why = lost(errno)};
}

io_attempt transport::try_write(std::string_view octets) {
  if (closed_)
    return {.what = outcome::failed, .why = cancelled()};
  const auto size = std::min<std::size_t>(octets.size(), INT_MAX);
  if (ssl_) {
    ERR_clear_error();
    return tls_attempt(SSL_write(ssl_.get(), octets.data(), static_cast<int>(size)));
  }
  const auto sent = ::send(socket_.native_handle(), octets.data(), size, MSG_NOSIGNAL);
  if (sent > 0)
    return {.what = outcome::moved, .bytes = static_cast<std::size_t>(sent)};
  if (sent == 0 || errno == EAGAIN || errno == EINTR)
    return {.what = outcome::want_write};
  return {.what = outcome::failed, .why = lost(errno)};
}

io_attempt transport::try_handshake(const std::string& host) {
  ERR_clear_error();
  const int returned = SSL_do_handshake(ssl_.get());
  if (returned == 1)
    return {.what = outcome::moved, .bytes = 1};
  if (SSL_get_error(ssl_.get(), returned) == SSL_ERROR_SSL &&
      ERR_GET_REASON(ERR_peek_last_error()) != SSL_R_UNEXPECTED_EOF_WHILE_READING)
    return {.what = outcome::failed, .why = describe_handshake_failure(ssl_.get(), host)};
  return tls_attempt(returned);
}

asio::awaitable<result<void>> transport::handshake(ssl_ptr ssl, std::string host, mono_time until) {
  if (closed_)
    co_return cancelled();
  ssl_ = std::move(ssl);
  if (SSL_set_fd(ssl_.get(), socket_.native_handle()) != 1)
    co_return fail(errc::tls_failed, "no memory for TLS");
  for (;;) {
    const auto attempt = try_handshake(host);
    if (attempt.what == outcome::moved) {
      handshaken_ = true;
      co_return result<void>{};
    }
    if (attempt.what == outcome::failed)
      co_return attempt.why;
    if (attempt.what == outcome::ended)
      co_return fail(errc::connection_lost, host + " ended the connection during the TLS handshake");
    if (now() >= until)
      co_return fail(errc::timeout, "the TLS handshake with " + host + " did not end in time");
    co_await pause(readiness_for(attempt.what), until);
    if (closed_)
      co_return cancelled();
  }
}

asio::awaitable<result<void>> transport::write_all(std::string_view octets, mono_time until) {
  while (!octets.empty()) {
    const auto attempt = try_write(octets);
    if (attempt.what == outcome::moved) {
      octets.remove_prefix(attempt.bytes);
      continue;
    }
    if (attempt.what == outcome::failed)
      co_return attempt.why;
    if (attempt.what == outcome::ended)
      co_return fail(errc::connection_lost, "the server ended the connection");
    if (now() >= until)
      co_return fail(errc::timeout, "the server did not take what we sent in time");
    co_await pause(readiness_for(attempt.what), until);
  }
  co_return result<void>{};
}

asio::awaitable<result<std::size_t>> transport::read_some(std::span<char> into, mono_time until) {
  for (;;) {
    const auto attempt = try_read(into);
    if (attempt.what == outcome::moved || attempt.what == outcome::ended)
      co_return attempt.bytes;
    if (attempt.what == outcome::failed)
      co_return attempt.why;
    if (now() >= until)
      co_return fail(errc::timeout, "the server did not answer in time");
    co_await pause(readiness_for(attempt.what), until);
  }
}

} // namespace postroom::net
