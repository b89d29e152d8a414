#pragma once

#include "sim/identity/authorizations.hpp"
#include "sim/identity/replies.hpp"
#include "sim/identity/services.hpp"
#include "sim/net/http_server.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace postroom::sim {

inline constexpr std::chrono::seconds device_poll_interval{5};

/// `POST /{tenant}/oauth2/v2.0/devicecode` (RFC 8628 §3.1).
[[nodiscard]] http_response answer_device_request(const identity_services& services, std::string_view tenant,
                                                  const http_request& request);
/// What a client that polls is told (RFC 8628 §3.5), which is noted; nothing: the user has approved.
[[nodiscard]] std::optional<denial> check_poll(device_request& device, wall_time now);

} // namespace postroom::sim
