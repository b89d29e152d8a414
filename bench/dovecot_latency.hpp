#pragma once

#include "bench/world.hpp"

#include <cstddef>

namespace postroom::bench {

struct latency_plan {
  programs measured; ///< `bare`: bare_watch
  std::size_t mailboxes = 200;
  std::size_t mails = 1000;
  double mails_per_s_max = 1000;
};

struct latency_figures {
  double p50_ms = 0, p99_ms = 0, max_ms = 0;
  double bare_p50_ms = 0, bare_p99_ms = 0, bare_max_ms = 0;
};

/// How soon a mail is an event, on Dovecot, beside a bare watcher on the same mailboxes. Mails are delivered by LMTP in
/// turn, to mailboxes that have been resting long enough for Dovecot to hibernate their sessions. Measured from the
/// instant before a mail's text is handed to the server: until its event has been read from the gateway's log, and
/// until the watcher has read its last octet. Throws when a mail misses either.
[[nodiscard]] latency_figures measure_latency_on_dovecot(const latency_plan& with);

} // namespace postroom::bench
