#pragma once

#include "actors/interfaces.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <cstdint>
#include <map>
#include <unordered_map>

namespace postroom::events {

/// The limit of a waiter has passed.
struct wait_over {
  std::string tenant;
  std::uint64_t number = 0;
};

using events_self = events_actor::extend<accepts<wait_over>>;

struct waiter {
  std::uint64_t after = 0;
  caf::typed_response_promise<log_position> promise;
};

struct tenant_log {
  std::uint64_t last_seq = 0;
  std::map<std::uint64_t, waiter> waiting;
};

struct state {
  static inline constexpr const char* name = "postroom.events";
  std::unordered_map<std::string, tenant_log> logs;
  std::uint64_t next_number = 0;
};

/// Waiters are bounded by the API's connections.
events_self::behavior_type events(events_self::stateful_pointer<state> self);

} // namespace postroom::events

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::events::wait_over)
