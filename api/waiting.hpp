#pragma once

#include "api/message.hpp"

#include <chrono>
#include <cstdint>

namespace postroom::api {

/// Comes back when a tenant's log has grown past `after`, after `limit`, or soon after the server begins to stop –
/// whichever is first; now and then also for no reason. Never spins.
[[nodiscard]] awaitable<void> wait_for_growth(const services& world, const server_side& server, tenant_id tenant,
                                              std::uint64_t after, std::chrono::milliseconds limit);

} // namespace postroom::api
