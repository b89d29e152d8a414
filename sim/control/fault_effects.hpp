#pragma once

#include "sim/control/servers.hpp"
#include "sim/world.hpp"

namespace postroom::sim {

/// Makes happen what no session or request asks for by itself: momentary faults whose time has come, the clock's skew,
/// and outages. To be called every `fault_period`.
void carry_out_faults(world& world, servers& servers);
inline constexpr std::chrono::milliseconds fault_period{50};

} // namespace postroom::sim
