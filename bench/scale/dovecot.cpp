#include "bench/dovecot_latency.hpp"
#include "bench/scale/phases.hpp"

namespace postroom::bench::scale {

figures dovecot(const plan& with) {
  const auto measured = measure_latency_on_dovecot(
      {{with.measured.postroom, with.bare_watch}, with.mailboxes / 2, with.mails, with.mails_per_s});
  return {{"dovecot_p50_ms", measured.p50_ms},
          {"dovecot_p99_ms", measured.p99_ms},
          {"dovecot_bare_p50_ms", measured.bare_p50_ms},
          {"dovecot_bare_p99_ms", measured.bare_p99_ms},
          {"dovecot_p50_ratio", measured.p50_ms / measured.bare_p50_ms},
          {"dovecot_p99_ratio", measured.p99_ms / measured.bare_p99_ms}};
}

} // namespace postroom::bench::scale
