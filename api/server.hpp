#pragma once

#include "api/services.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace postroom::api {

struct server_options {
  /// `<IP address or localhost>:<port>`; port 0 takes a free one.
  std::string listen = "127.0.0.1:8025";
  /// PEM files; both or none. Without them only a loopback address is accepted.
  std::filesystem::path tls_certificate;
  std::filesystem::path tls_key;
  /// Each with an io_context of its own; a connection stays on its thread.
  std::size_t threads = 1;
  std::size_t connections_max = limits::http_connections_max;
  /// From the first byte of a request – or the connection – to its last, and for each piece of an answer.
  std::chrono::milliseconds request_deadline = limits::http_request_deadline;
  /// Between two requests on one connection.
  std::chrono::milliseconds idle_deadline = limits::http_idle_deadline;
  /// Between two signs of life on an event stream.
  std::chrono::milliseconds heartbeat = limits::http_heartbeat;
  /// How long stop() lets answers under way finish.
  std::chrono::milliseconds drain = limits::http_drain;
  /// Uploads of one tenant, and their octets.
  std::size_t uploads_max = limits::uploads_max;
  std::uint64_t uploads_bytes_max = limits::uploads_bytes_max;
};

/// Whether the certificate and its key can be read and belong together; good without them, too.
[[nodiscard]] result<void> check_tls(const server_options& options);

/// The HTTP server: HTTP/1.1 over TLS, or plain on loopback. Runs on threads of its own; all members may be called
/// from any thread but its own.
class server {
public:
  /// `invalid_argument` for a wrong address, plain HTTP on an address that is not loopback, or unusable certificates;
  /// `conflict` when the address is taken.
  [[nodiscard]] static result<std::unique_ptr<server>> start(const server_options& options, const services& world);
  /// As stop().
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept;

  /// Accepts nothing more, lets answers under way finish for `drain`, then closes, and waits for no actor any longer.
  /// Ends when no handler runs any more: the store must still answer until then. Safe to call twice.
  void stop();

private:
  class machinery;
  explicit server(std::unique_ptr<machinery> inner);
  std::unique_ptr<machinery> inner_;
};

} // namespace postroom::api
