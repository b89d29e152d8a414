#pragma once

#include "sim/identity/services.hpp"
#include "sim/net/http_server.hpp"

#include <string_view>

namespace postroom::sim {

/// `POST /{tenant}/oauth2/v2.0/token`, all grants: `authorization_code`, `refresh_token`, device code and
/// `client_credentials`. Faults posted for the user or the application come first.
[[nodiscard]] http_response answer_token_request(const identity_services& services, std::string_view tenant,
                                                 const http_request& request);

} // namespace postroom::sim
