#pragma once

#include "base/result.hpp"

#include <string>
#include <string_view>

/// OpenID Connect Discovery 1.0 / RFC 8414.
namespace postroom::oauth2 {

struct metadata {
  std::string issuer; ///< Entra for several directories: with `{tenantid}` in it
  std::string authorization_endpoint;
  std::string token_endpoint;
  std::string device_authorization_endpoint; ///< this and the next may be empty
  std::string revocation_endpoint;
  std::string jwks_uri;
  std::string graph_host; ///< Entra's msgraph_host, may have a port; empty when it is not trusted
};

/// Reads the document. `discovery_url` is where it came from: all addresses in it, the issuer's, too, must be on the
/// same host or on one of `trusted_hosts` (separated by blanks), since the document must not send secrets anywhere
/// else. `protocol_violation` when they are not, when one is not https (http for loopback only), when a required one is
/// missing, or when it is no JSON object of at most limits::http_answer_bytes_max.
///
/// Whether the issuer is the expected one is the caller's to check: Entra's for several directories is not the prefix
/// of the document's address.
[[nodiscard]] result<metadata> parse_metadata(std::string_view json, std::string_view discovery_url,
                                              std::string_view trusted_hosts);

} // namespace postroom::oauth2
