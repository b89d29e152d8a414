#pragma once

#include "sim/identity/services.hpp"
#include "sim/net/http_server.hpp"

#include <string_view>

/// What clients learn about the platforms (OpenID Connect Discovery 1.0).
namespace postroom::sim {

/// `/{tenant}/v2.0/.well-known/openid-configuration`: by id, by domain, `organizations` or `common`; the issuer of the
/// latter two has `{tenantid}` in it. AADSTS90002 for an unknown tenant.
[[nodiscard]] http_response answer_discovery(const identity_services& services, std::string_view tenant,
                                             const http_request& request);
/// `/{tenant}/discovery/v2.0/keys`; the same for all tenants.
[[nodiscard]] http_response answer_keys(const identity_services& services, std::string_view tenant,
                                        const http_request& request);

} // namespace postroom::sim
