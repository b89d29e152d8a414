#pragma once

#include "base/clock.hpp"
#include "sim/control/faults.hpp"
#include "sim/identity/access_tokens.hpp"
#include "sim/identity/authorizations.hpp"
#include "sim/identity/registry.hpp"

#include <chrono>
#include <string>

namespace postroom::sim {

/// What the parts of the platform share.
struct identity_services {
  std::string base_url; ///< `https://localhost:port`
  std::chrono::seconds access_token_life{3600};
  registry& people;
  access_tokens& tokens;
  authorizations& grants;
  const fault_desk& faults;
  const clock& time;
};

} // namespace postroom::sim
