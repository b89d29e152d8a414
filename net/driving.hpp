#pragma once

#include "net/proxy.hpp"
#include "net/tls_context.hpp"
#include "net/transport.hpp"

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <string>

/// What the drivers of all session machines do alike.
namespace postroom::net {

/// A server to be spoken to, and what is trusted there.
struct server_address {
  std::string host;
  std::uint16_t port = 0;
  std::string ca_file; ///< empty: the system's
};

/// Connects to `server`, through `proxy` unless that is nullptr; then only the proxy's name is resolved here, and
/// `until` is for its answer, too. All references must outlive the coroutine. Errors: as transport::connect and
/// transport::open_tunnel, with the proxy's name before its own; invalid_argument when a proxy cannot be asked so.
[[nodiscard]] boost::asio::awaitable<result<void>> connect(transport& connection, const server_address& server,
                                                           const proxy_server* proxy, speaks_first who,
                                                           mono_time until);

/// Runs the TLS handshake with `server`. All references must outlive the coroutine.
[[nodiscard]] boost::asio::awaitable<result<void>> secure(transport& connection, tls_contexts& contexts,
                                                          const server_address& server, mono_time until);

/// Sends what `session` has to say as far as that goes without waiting; `moved` hears of every piece. Leaves in `wants`
/// what to wait for, and in `unsent` why nothing more can be sent: reading may still explain it better.
template <class Session, class Moved>
void write_out(transport& connection, Session& session, readiness& wants, std::optional<error>& unsent, Moved moved) {
  while (!unsent) {
    const auto octets = session.outgoing();
    if (octets.empty())
      return;
    const auto attempt = connection.try_write(octets);
    switch (attempt.what) {
    case io_attempt::outcome::moved:
      session.sent(attempt.bytes);
      moved(attempt.bytes);
      break;
    case io_attempt::outcome::want_write:
      wants.write = true;
      return;
    case io_attempt::outcome::want_read:
      return;
    case io_attempt::outcome::ended:
      unsent = fail(errc::connection_lost, "the server closed the connection");
      return;
    case io_attempt::outcome::failed:
      unsent = attempt.why;
      return;
    }
  }
}

} // namespace postroom::net
