#pragma once

#include "actors/held_questions.hpp"
#include "actors/ports.hpp"
#include "actors/tenant/tenant.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <map>
#include <memory>
#include <set>
#include <string>

namespace postroom::gateway {

/// Which tenants are stored.
struct tenants_read {
  std::set<std::string> tenants;
  std::optional<error> failed;
};
struct restart_due {
  std::string tenant;
};
struct load_again {};

using gateway_self = gateway_actor::extend<accepts<tenants_read>, accepts<restart_due>, accepts<load_again>>;

struct tenant_child {
  tenant_actor running;
  restart_policy failures;
  mono_time started{};
};

struct state {
  static inline constexpr const char* name = "postroom.gateway";
  const ports* world = nullptr;
  std::map<std::string, tenant_child, std::less<>> tenants;
  std::map<caf::actor_addr, std::string> tenants_by_actor;
  std::minstd_rand random;
  std::size_t reading = 0; ///< how often the tenants are being read just now
  held_questions held;
  bool loaded = false;
  bool stopping = false;
};

/// Spawn with `system.spawn(gateway::gateway, world)`. Ends on an exit message, when all tenants have ended.
gateway_self::behavior_type gateway(gateway_self::stateful_pointer<state> self, const ports* world);

} // namespace postroom::gateway

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::gateway::tenants_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::gateway::restart_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::gateway::load_again)
