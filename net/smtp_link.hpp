#pragma once

#include "base/result.hpp"
#include "net/proxy.hpp"
#include "net/tls_facts.hpp"
#include "protocol/smtp/client_session.hpp"

#include <cstdint>
#include <memory>
#include <string>

namespace postroom::net {

/// Where and how to connect.
struct smtp_target {
  std::string host;
  std::uint16_t port = 587;
  std::string ca_file; ///< PEM with the trust anchors; empty: the system's. Verification is always on.
  /// nullptr: none. With one the host is resolved there; nothing goes through it without TLS.
  std::shared_ptr<const proxy_server> proxy;
  smtp::session_options session;
};

/// What a link tells its owner. Called on the link's io thread, one at a time; must not block and must not throw. The
/// meaning of each is told at smtp::session_listener.
class smtp_link_listener {
public:
  virtual ~smtp_link_listener() = default;
  /// A TLS handshake is done, the server's certificate checked.
  virtual void on_secured(const tls_session&) {}
  virtual void on_ready(const smtp::server_info& info) = 0;
  virtual void on_envelope(const smtp::envelope_outcome& outcome) = 0;
  /// Feed one piece; again after each piece has left: no more than one is ever held. May come once more while the
  /// end_body() behind the last piece is still on its way.
  virtual void on_body_wanted() = 0;
  virtual void on_message_done(smtp::phase where, const smtp::reply& answer) = 0;
  virtual void on_reset() = 0;
  /// The end, exactly once, also after close(); nothing follows.
  virtual void on_closed(const error& why, smtp::phase where, const std::optional<smtp::reply>& last) = 0;
};

/// A connection to an SMTP server. All members may be called from any thread; they take effect on the link's io thread,
/// in order. Destroying the handle closes the connection without a further callback: after close() in the order begun
/// by that, else at once (no QUIT).
class smtp_link {
public:
  virtual ~smtp_link() = default;
  /// A refusal of the envelope by ourselves arrives as on_envelope with `refused`, or on_closed for a misuse.
  virtual void begin(smtp::envelope what) = 0;
  virtual void begin_body() = 0;
  virtual void body(std::string octets) = 0;
  virtual void end_body() = 0;
  virtual void reset() = 0;
  /// QUIT and close within 5 s; on_closed (errc::cancelled) follows.
  virtual void close() = 0;
};

/// Opens links. Thread-safe. The listener is kept alive by the link until its last callback has returned.
class smtp_dialer {
public:
  virtual ~smtp_dialer() = default;
  [[nodiscard]] virtual std::unique_ptr<smtp_link> open(smtp_target target,
                                                        std::shared_ptr<smtp_link_listener> listener) = 0;
};

} // namespace postroom::net
