#pragma once

#include "base/result.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace postroom::http {

/// Longer URLs are refused (RFC 9110 §4.1 asks for 8000 octets at least).
inline constexpr std::size_t url_bytes_max = 8192;

/// An absolute http or https URL (RFC 3986), split for a client.
struct url {
  bool tls = true;          ///< https
  std::string host;         ///< lower case, an IPv6 address without brackets
  std::uint16_t port = 443; ///< the scheme's default when not given
  std::string target = "/"; ///< path and query as sent in the request line
  bool ipv6 = false;

  /// Value of the Host header: brackets and port only where needed.
  [[nodiscard]] std::string authority() const;
  friend bool operator==(const url&, const url&) = default;
};

/// Strict: only visible ASCII, no user information, no backslash, complete percent escapes, a valid host and port;
/// a fragment is dropped. Everything else is `invalid_argument`.
[[nodiscard]] result<url> parse_url(std::string_view text);

/// Whether a URL may name that host: dotted labels, as an IPv4 address is, too, or an IPv6 address without brackets.
[[nodiscard]] bool is_host(std::string_view host) noexcept;

/// Every byte but RFC 3986's unreserved characters becomes %XX.
[[nodiscard]] std::string percent_encode(std::string_view bytes);
/// And back; `invalid_argument` for half an escape.
[[nodiscard]] result<std::string> percent_decode(std::string_view text);

} // namespace postroom::http
