#pragma once

#include "tests/net/support/script_server.hpp"

#include <mutex>
#include <string>
#include <vector>

namespace postroom::net::test {

/// How the pretended proxy behaves.
struct proxy_manners {
  std::string credentials; ///< Base64 of user:password wanted; empty: none
  std::string answer = "HTTP/1.1 200 Connection established\r\nVia: 1.1 proxy.test\r\n\r\n"; ///< to whom it serves
  bool serves = true;         ///< opens tunnels; otherwise it only answers, and goes
  bool slowly = false;        ///< sends its answer octet by octet
  bool with_greeting = false; ///< sends its answer in one piece with what the server says first
  bool stalls = false;        ///< sends its answer, and then nothing until the client goes
};

/// An HTTP CONNECT proxy on 127.0.0.1. Whatever host it is asked for, it takes for this machine.
class connect_proxy {
public:
  explicit connect_proxy(proxy_manners manners = {});

  [[nodiscard]] std::uint16_t port() const noexcept { return server_.port(); }
  /// The heads of all requests so far.
  [[nodiscard]] std::vector<std::string> requests() const;

private:
  void serve(peer& client);

  const proxy_manners manners_;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  script_server server_; ///< last: it ends first
};

} // namespace postroom::net::test
