#pragma once

#include "sim/identity/services.hpp"
#include "sim/net/http_server.hpp"

/// Google's identity platform, but for its pages. Errors are its own: two members, no numbers.
namespace postroom::sim {

/// `POST /token`: `authorization_code` with PKCE, and `refresh_token`, which gives no new one. Faults posted for the
/// user or the application come first. Service accounts and device codes are not there.
[[nodiscard]] http_response answer_google_token(const identity_services& services, const http_request& request);
/// `POST /revoke` (RFC 7009) with a refresh or an access token: all the user gave the application is taken back. Access
/// tokens that are out stay good until they expire.
[[nodiscard]] http_response answer_google_revoke(const identity_services& services, const http_request& request);
/// `/.well-known/openid-configuration`
[[nodiscard]] http_response answer_google_discovery(const identity_services& services);

} // namespace postroom::sim
