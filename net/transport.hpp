#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "net/io_threads.hpp"
#include "net/resolver.hpp"
#include "net/tls_context.hpp"
#include "net/tls_facts.hpp"
#include "protocol/http/proxy_connect.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace postroom::net {

/// What became of one attempt to read or write without waiting.
struct io_attempt {
  enum class outcome : std::uint8_t {
    moved,      ///< `bytes` octets went through, at least one
    want_read,  ///< again when the socket is readable
    want_write, ///< again when the socket is writable (TLS may want this for reading, too)
    ended,      ///< the peer ended the stream in order
    failed,     ///< see `why`
  };
  outcome what = outcome::failed;
  std::size_t bytes = 0;
  error why{};
};

/// What a pause waits for besides its deadline and `wake()`.
struct readiness {
  bool read = false;
  bool write = false;
};

/// Who says the first word on a connection.
enum class speaks_first : std::uint8_t { client, server };

/// A TCP connection, plain or with TLS run straight on the socket by OpenSSL, so that an idle one holds no buffers.
/// Always held by a shared_ptr. Lives on one io thread; not thread-safe. One coroutine at a time may be inside the
/// awaitable members; each ends at its `until` at the latest with errc::timeout, or with errc::cancelled after close().
class transport : public std::enable_shared_from_this<transport> {
public:
  explicit transport(io_thread& thread);
  ~transport();

  /// Resolves and tries the addresses in turn. Errors: dns_failed, connect_failed, timeout.
  [[nodiscard]] boost::asio::awaitable<result<void>> connect(std::string host, std::uint16_t port, mono_time until);
  /// To be called once, when connected to an HTTP proxy: asks for the tunnel and reads the answer, not an octet more.
  /// What a server that speaks first has sent behind it is read next; where the client speaks first, nothing may be
  /// there. Errors: connect_failed (whatever the proxy does but open the tunnel), timeout.
  [[nodiscard]] boost::asio::awaitable<result<void>> open_tunnel(http::proxy_connect dialogue, speaks_first who,
                                                                 mono_time until);
  /// Makes the connection TLS; `host` is for messages, the names to be checked are in `ssl`. What the peer sent in
  /// plain text before and was read is the caller's to discard. Errors: tls_failed, connection_lost, timeout.
  [[nodiscard]] boost::asio::awaitable<result<void>> handshake(ssl_ptr ssl, std::string host, mono_time until);
  /// `octets` must stay valid. Errors: connection_lost, timeout, tls_failed.
  [[nodiscard]] boost::asio::awaitable<result<void>> write_all(std::string_view octets, mono_time until);
  /// Reads what is there, at least one octet; 0: the peer ended in order. Errors: connection_lost, timeout; tls_failed
  /// when the peer refused us before it said anything.
  [[nodiscard]] boost::asio::awaitable<result<std::size_t>> read_some(std::span<char> into, mono_time until);

  /// Without waiting. Read until want_read: TLS may hold octets that make the socket look silent.
  [[nodiscard]] io_attempt try_read(std::span<char> into);
  /// Without waiting. After want_… call again with at least the same octets.
  [[nodiscard]] io_attempt try_write(std::string_view octets);
  /// Sleeps until ready, woken, or `until`; may return early. Never inside: look at the state again.
  [[nodiscard]] boost::asio::awaitable<void> pause(readiness what, mono_time until);
  /// Lets other connections of the thread have their turn.
  [[nodiscard]] boost::asio::awaitable<void> yield();
  /// Ends the present or else the next pause.
  void wake();
  /// Says goodbye in TLS if that goes without waiting, and closes. Idempotent.
  void close();

  [[nodiscard]] bool closed() const noexcept { return closed_; }
  [[nodiscard]] bool secure() const noexcept { return ssl_ != nullptr; }
  [[nodiscard]] bool peer_is_loopback() const;
  /// Of a connection that is secure().
  [[nodiscard]] tls_session tls() const noexcept { return tls_session{ssl_.get()}; }
  /// Whether the handshake resumed an earlier session.
  [[nodiscard]] bool resumed() const noexcept;

private:
  [[nodiscard]] boost::asio::awaitable<result<void>> connect_to(boost::asio::ip::tcp::endpoint address,
                                                                mono_time until);
  /// Opens a socket and begins to connect. True: it is connected already.
  [[nodiscard]] result<bool> begin_connect(const boost::asio::ip::tcp::endpoint& address);
  /// Whether the connection is up by now.
  [[nodiscard]] result<bool> connect_outcome();
  /// Reads of the proxy's answer what is there.
  [[nodiscard]] io_attempt try_tunnel(http::proxy_connect& dialogue, speaks_first who);
  [[nodiscard]] io_attempt try_handshake(const std::string& host);
  [[nodiscard]] io_attempt tls_attempt(int returned);
  void arm(readiness what);

  io_thread& thread_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer alarm_; ///< the one timer: ends every pause
  ssl_ptr ssl_;
  bool read_armed_ = false;
  bool write_armed_ = false;
  bool woken_ = false;
  bool closed_ = false;
  bool handshaken_ = false;
  bool heard_ = false; ///< something came through TLS
};

} // namespace postroom::net
