#pragma once

#include "base/limits.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "net/io_threads.hpp"
#include "net/proxy.hpp"
#include "net/tls_context.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace postroom::net {

/// A request to an identity platform, a webhook or the like.
struct http_request {
  std::string method = "GET";
  std::string url;                                          ///< absolute; http only for loopback hosts
  std::vector<std::pair<std::string, std::string>> headers; ///< without Host, Connection and Content-Length
  secret<> body;
  proxy_server proxy; ///< never for plain http
  /// Where the request may go: exactly these hosts, whatever their case; empty: anywhere. A URL that a document of the
  /// network or a person gave must not make us talk to machines that only we can reach.
  std::vector<std::string> allowed_hosts;
};

/// What came back, whatever its status. Redirects are not followed: they are answers.
struct http_answer {
  unsigned status = 0;
  std::vector<std::pair<std::string, std::string>> headers; ///< names in lower case, in the order received
  secret<> body;

  /// The first header of that (lower-case) name; empty when there is none.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
};

/// Sends single requests, each on its own connection. Thread-safe.
class http_client {
public:
  virtual ~http_client() = default;
  /// `done` is called exactly once, on an io thread, and must not block or throw. Errors: invalid_argument (URL, method
  /// or header malformed; http to a host that is not loopback, or through a proxy), forbidden (a host that is not
  /// allowed), dns_failed, connect_failed (the proxy's refusals, too), tls_failed, timeout, connection_lost,
  /// protocol_violation (no HTTP answer), too_large (limits::http_answer_bytes_max, limits::http_header_bytes_max),
  /// cancelled (stopping). After connection_lost and timeout the server may have acted.
  /// `ca_file` as in tls_contexts::get.
  virtual void send(http_request request, std::string ca_file, std::function<void(result<http_answer>)> done) = 0;
};

/// `deadline` is for a whole request, name look-up included. `threads` and `tls` must outlive the client.
[[nodiscard]] std::unique_ptr<http_client>
make_http_client(io_threads& threads, tls_contexts& tls,
                 std::chrono::milliseconds deadline = limits::http_request_deadline);

} // namespace postroom::net
