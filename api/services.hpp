#pragma once

#include "actors/interfaces.hpp"
#include "base/clock.hpp"
#include "metrics/registry.hpp"
#include "storage/sealing.hpp"
#include "storage/store.hpp"

#include <string>

namespace postroom::api {

/// What the API needs from the rest of the process. All of it outlives the server.
struct services {
  storage::store& store;
  const storage::keyring& keys;
  const clock& time;
  caf::actor_system& actors;
  gateway_actor gateway;
  events_actor events;
  metrics::registry& metrics;
};

/// The tenant that is meant when nobody names one.
inline const std::string default_tenant = "default";

} // namespace postroom::api
