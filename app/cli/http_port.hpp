#pragma once

#include "app/cli/api_call.hpp"
#include "app/cli/endpoint.hpp"

#include <memory>

namespace postroom::app::cli {

/// The API over HTTP, a connection for each call. TLS as the gateway itself does it towards its providers.
[[nodiscard]] std::unique_ptr<api_port> make_http_port(endpoint to);

/// How often a repeatable call is tried in all when its connection is lost or its answer late.
inline constexpr int tries_max = 4;

/// `inner`, tried again. `pause` waits; a parameter so that tests need not.
[[nodiscard]] std::unique_ptr<api_port> make_patient_port(std::unique_ptr<api_port> inner,
                                                          std::function<void(std::chrono::milliseconds)> pause);

} // namespace postroom::app::cli
