#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "net/proxy.hpp"
#include "net/tls_facts.hpp"
#include "protocol/imap/client_session.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace postroom::net {

/// Where and how to connect.
struct imap_target {
  std::string host;
  std::uint16_t port = 993;
  std::string ca_file; ///< PEM with the trust anchors; empty: the system's. Verification is always on.
  /// nullptr: none. With one the host is resolved there; nothing goes through it without TLS.
  std::shared_ptr<const proxy_server> proxy;
  imap::session_options session;
};

/// A message received with its body. Small bodies come whole in `rest`; of large ones the first `chunks` pieces of
/// exactly limits::chunk_bytes_max went to on_body_chunk before.
struct fetched_message {
  message_uid uid;
  std::vector<std::string> flags;
  wall_time internal_date{};
  std::uint64_t bytes = 0; ///< of the whole body
  std::uint32_t chunks = 0;
  std::string rest;
};

/// One message as listed without its body.
struct listed_message {
  message_uid uid;
  wall_time internal_date{};
  std::uint64_t size = 0;
  std::vector<std::string> flags;
};

/// What a link tells its owner. Called on the link's io thread, one at a time; must not block and must not throw.
class imap_link_listener {
public:
  virtual ~imap_link_listener() = default;
  /// A TLS handshake is done, the server's certificate checked.
  virtual void on_secured(const tls_session&) {}
  /// TCP (and implicit TLS) is up; the login begins.
  virtual void on_connected() = 0;
  virtual void on_ready(const imap::session_info& info) = 0;
  virtual void on_command_done(const imap::command_outcome& outcome) = 0;
  /// FETCH data without a body, and all other untagged data.
  virtual void on_data(const imap::response& data) = 0;
  /// A full piece of the body now being received.
  virtual void on_body_chunk(std::uint32_t index, std::string octets) = 0;
  /// Asked before more of a body is read. While it answers false the octets stay with the server, whose deadlines wait;
  /// it is asked again every limits::link_hold.
  [[nodiscard]] virtual bool wants_more() { return true; }
  virtual void on_message(fetched_message message) = 0;
  virtual void on_idling() = 0;
  /// The end, exactly once, also after close(); nothing follows.
  virtual void on_closed(const error& why) = 0;
};

/// A connection to an IMAP server. All members may be called from any thread; they take effect on the link's io
/// thread. Destroying the handle closes the connection without a further callback: after close() in the order begun by
/// that, else at once (no LOGOUT).
class imap_link {
public:
  virtual ~imap_link() = default;
  /// Queues commands in order. The n-th command ever submitted on this link has ticket n, from 1.
  virtual void submit(std::vector<imap::command> commands) = 0;
  /// Leaves IDLE, if idling.
  virtual void end_idle() = 0;
  /// LOGOUT and close within 5 s; on_closed (errc::cancelled) follows.
  virtual void close() = 0;
};

/// Opens links. Thread-safe. The listener is kept alive by the link until its last callback has returned.
class imap_dialer {
public:
  virtual ~imap_dialer() = default;
  [[nodiscard]] virtual std::unique_ptr<imap_link> open(imap_target target,
                                                        std::shared_ptr<imap_link_listener> listener) = 0;
};

} // namespace postroom::net
