#pragma once

#include "tests/net/support/certificates.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using SSL = struct ssl_st;
using SSL_CTX = struct ssl_ctx_st;

namespace postroom::net::test {

/// The server's end of one connection, blocking. Members report failure instead of throwing: the client may be gone.
class peer {
public:
  peer(int fd, SSL_CTX* ctx) : fd_(fd), ctx_(ctx) {}
  peer(const peer&) = delete;
  peer& operator=(const peer&) = delete;
  ~peer();

  bool start_tls();
  bool write(std::string_view octets);
  /// Sends each octet by itself, as a record or segment of its own.
  bool write_slowly(std::string_view octets);
  /// The next line with its line end; empty: the client is gone.
  std::string read_line();
  /// Reads until the client is gone.
  void drain();
  /// A handshake that is bound to fail. Reads on to the end: closing with octets unread would be a reset, which
  /// overtakes our alert.
  void refuse_tls();
  /// Reads nothing until the server is destroyed or the client is gone for good.
  void wait_until_stopped();
  /// A TLS goodbye, then the end of the stream.
  void goodbye();
  [[nodiscard]] bool resumed() const;
  /// Becomes a tunnel to a port of this machine, until either end is gone. `words` go to the client first, in one piece
  /// with what the server says first when that is to be waited for.
  void tunnel_to(std::uint16_t port, std::string words, bool wait_for_greeting);

private:
  long read_some(char* into, std::size_t room);

  int fd_;
  SSL_CTX* ctx_;
  SSL* ssl_ = nullptr;
  std::string buffered_;
};

/// Listens on 127.0.0.1 and runs `script` for every connection, each on a thread of its own.
class script_server {
public:
  using script = std::function<void(peer&)>;
  /// Without a certificate `start_tls` fails. `configure` may change how TLS is spoken.
  explicit script_server(script run, const certificate* with = nullptr,
                         const std::function<void(SSL_CTX*)>& configure = {});
  script_server(const script_server&) = delete;
  script_server& operator=(const script_server&) = delete;
  ~script_server();

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] int accepted() const noexcept { return accepted_.load(); }

private:
  void accept_all();

  script run_;
  SSL_CTX* ctx_ = nullptr;
  int listening_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> accepted_{0};
  std::mutex mutex_;
  std::vector<int> open_;
  std::vector<std::thread> threads_;
  std::thread acceptor_;
};

} // namespace postroom::net::test
