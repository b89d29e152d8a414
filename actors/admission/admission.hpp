#pragma once

#include "actors/admission/credit_pool.hpp"
#include "actors/admission/pacer.hpp"
#include "actors/interfaces.hpp"
#include "base/limits.hpp"
#include "metrics/probes.hpp"

#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>

#include <map>
#include <string>

namespace postroom::admission {

struct admission_config {
  std::uint64_t credit_bytes = limits::credit_pool_bytes;
  double connections_per_second_per_host = 20;
};

/// A place in the row has come up.
struct permit_due {
  std::uint64_t number = 0;
};

using admission_self = admission_actor::extend<accepts<permit_due>>;

struct state {
  static inline constexpr const char* name = "postroom.admission";

  std::optional<credit_pool<caf::typed_response_promise<credit>>> credits;
  std::map<std::string, pacer, std::less<>> hosts; ///< bounded by the providers that are configured
  std::map<std::uint64_t, caf::typed_response_promise<ack>> waiting;
  std::uint64_t next_number = 0;
};

/// Spawn with `system.spawn(admission::admission, config, time, metrics)`; the references outlive the actor system.
admission_self::behavior_type admission(admission_self::stateful_pointer<state> self, admission_config config,
                                        const clock* time, metrics::admission_probe* metrics);

} // namespace postroom::admission

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::admission::permit_due)
