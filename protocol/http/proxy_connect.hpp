#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace postroom::http {

/// The dialogue by which a client asks an HTTP proxy for a tunnel to a server (CONNECT, RFC 9110 §9.3.6): one request,
/// one answer, then the connection is the server's. Does no I/O. Every failure is `connect_failed`, since the server
/// has heard nothing yet; no detail quotes the proxy's words, which may echo our credentials.
class proxy_connect {
public:
  /// For a tunnel to `host`, an IPv6 address without brackets. An empty `user` sends no credentials; others go as
  /// Basic (RFC 7617). `invalid_argument`: a host, user or password that cannot stand in the request.
  [[nodiscard]] static result<proxy_connect> make(std::string_view host, std::uint16_t port, std::string_view user = {},
                                                  const secret<>& password = {});

  /// To be sent first, as a whole.
  [[nodiscard]] const secret<>& request() const noexcept { return request_; }

  /// Takes octets of the answer and tells how many: all of them, or those up to the end of the head that opened the
  /// tunnel; what follows came from the server. Not to be called once `established()` or after an error. A head may
  /// have limits::proxy_answer_bytes_max octets, with the interim answers (1xx) before it.
  [[nodiscard]] result<std::size_t> received(std::string_view octets);
  /// Whether the tunnel is open.
  [[nodiscard]] bool established() const noexcept { return established_; }
  /// What it means that the proxy ended the connection now.
  [[nodiscard]] error closed() const;

private:
  proxy_connect(secret<> request, std::string server, bool with_credentials)
      : request_(std::move(request)), server_(std::move(server)), with_credentials_(with_credentials) {}
  [[nodiscard]] result<void> on_line(std::string_view line);
  [[nodiscard]] result<void> on_status_line(std::string_view line);
  void on_challenge(std::string_view value);
  [[nodiscard]] result<void> on_head_end();
  [[nodiscard]] error refused() const;

  secret<> request_;
  std::string server_; ///< host:port, for messages
  std::string line_;   ///< of the answer, not complete yet
  std::size_t taken_ = 0;
  unsigned status_ = 0; ///< 0: the status line is still to come
  bool with_credentials_ = false;
  bool challenged_ = false; ///< the proxy told which kinds of credentials it takes
  bool takes_basic_ = false;
  bool established_ = false;
};

} // namespace postroom::http
