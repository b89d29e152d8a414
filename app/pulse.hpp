#pragma once

#include "actors/parsing/parse_pool.hpp"
#include "base/clock.hpp"
#include "metrics/probes.hpp"
#include "net/imap_dialer.hpp"
#include "net/smtp_dialer.hpp"
#include "storage/store.hpp"

#include <caf/event_based_actor.hpp>

namespace postroom::app {

/// What the pulse looks at; all of it outlives the actor system.
struct pulse_sources {
  storage::store& store;
  const parsing::parse_pool& parser;
  const net::counting_imap_dialer& dialer;
  const net::counting_smtp_dialer& smtp;
  metrics::probes& metrics;
  const clock& time;
};

/// Every few seconds carries the numbers of parts that do not know metrics into them; every few minutes has the store
/// drop bodies that nothing refers to, such as those of a crash.
caf::behavior pulse(caf::event_based_actor* self, const pulse_sources* sources);

} // namespace postroom::app
