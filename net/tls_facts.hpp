#pragma once

#include "base/clock.hpp"

#include <string>

using SSL = struct ssl_st;

namespace postroom::net {

/// What two sides have agreed on, and who vouches for the server.
struct tls_facts {
  std::string version; ///< `TLSv1.3`
  std::string issuer;  ///< of the server's certificate, as RFC 4514 writes it
  wall_time expires{}; ///< the certificate; 1970: unknown
};

/// A connection whose handshake is done, to be asked for its facts while the callback lasts that brings it: to read a
/// certificate costs more than most listeners want to pay.
class tls_session {
public:
  explicit tls_session(const SSL* ssl) : ssl_(ssl) {}
  [[nodiscard]] tls_facts facts() const;

private:
  const SSL* ssl_;
};

} // namespace postroom::net
