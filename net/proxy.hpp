#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace postroom::net {

/// An HTTP CONNECT proxy (RFC 9110 §9.3.6) between us and a server, which then resolves the server's name. What goes
/// through it is TLS end to end: nothing is ever sent through a proxy in the plain but a greeting and STARTTLS.
struct proxy_server {
  std::string host; ///< empty: none
  std::uint16_t port = 0;
  std::string user; ///< empty: no credentials
  secret<> password;
};

/// `http://[user@]host:port`, the user percent-encoded (RFC 3986 §3.2.1) where it has other characters than letters,
/// digits and `-._~!$&'()*+,;=`; one slash may end it. Empty gives none. `invalid_argument` for anything else: TLS to
/// the proxy, a password, no port, a path.
[[nodiscard]] result<proxy_server> parse_proxy(std::string_view url);

} // namespace postroom::net
