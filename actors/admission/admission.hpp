#pragma once

#include "actors/admission/credit_pool.hpp"
#include "actors/admission/host_row.hpp"
#include "actors/interfaces.hpp"
#include "base/limits.hpp"
#include "metrics/probes.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <map>
#include <set>
#include <string>
#include <utility>

namespace postroom::admission {

struct admission_config {
  std::uint64_t credit_bytes = limits::credit_pool_bytes;
  double connections_per_second_per_host = 20;
};

/// A wish is answered within this time, if only by `busy`. Shorter than any asker waits: a credit answered to nobody
/// would be lost to the pool.
inline constexpr auto credit_wait_max = std::chrono::minutes{9};

/// Time to look who may connect to a server.
struct row_due {
  std::string server;
};

/// A wish for credit has waited long enough.
struct wish_expired {
  std::uint64_t number = 0;
};

using admission_self = admission_actor::extend<accepts<row_due>, accepts<wish_expired>>;

/// Who waits for credit.
struct credit_asker {
  std::uint64_t number = 0;
  caf::actor_addr who;
  caf::typed_response_promise<credit> promise;
};

/// Who waits for a connection, and where.
struct row_asker {
  caf::actor_addr who;
  host_row* row = nullptr; ///< servers stay
  caf::typed_response_promise<ack> promise;
};

/// Who has what: given back when its holder ends, however it ends.
struct booking {
  credit what;
  caf::actor_addr holder;
};

struct state {
  static inline constexpr const char* name = "postroom.admission";

  std::optional<credit_pool<credit_asker>> credits;
  std::map<std::uint64_t, booking> booked; ///< by number; bounded by the pool
  std::set<caf::actor_addr> monitored;     ///< everyone alive who ever asked for anything
  struct server {
    host_row row;
    std::optional<mono_time> look_at; ///< a row_due is under way
  };
  std::map<std::string, server, std::less<>> servers; ///< by `host:port`; bounded by the providers that are configured
  std::map<std::uint64_t, row_asker> waiting;
  std::set<std::pair<caf::actor_addr, std::uint64_t>> places; ///< the same by asker
  std::uint64_t next_number = 0;
};

/// Spawn with `system.spawn(admission::admission, config, time, metrics)`; the references outlive the actor system.
admission_self::behavior_type admission(admission_self::stateful_pointer<state> self, admission_config config,
                                        const clock* time, metrics::admission_probe* metrics);

} // namespace postroom::admission

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::admission::row_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::admission::wish_expired)
