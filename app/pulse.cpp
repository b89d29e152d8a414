#include "app/pulse.hpp"

#include "base/log.hpp"

#include <caf/behavior.hpp>

#include <memory>

namespace postroom::app {
namespace {

using namespace std::chrono_literals;
constexpr auto period = 5s;
constexpr auto collect_period = 10min;
/// No mail takes so long from its first chunk to its commit.
constexpr auto staged_life = 1h;
using tick_atom = caf::atom_constant<caf::atom("tick")>;
using collect_atom = caf::atom_constant<caf::atom("collect")>;

struct seen {
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  storage::store_stats store;
};

void carry(const pulse_sources& from, seen& last) {
  const auto in = from.dialer.bytes_in();
  const auto out = from.dialer.bytes_out();
  from.metrics.mailbox.imap_bytes(metrics::direction::received, in - std::exchange(last.bytes_in, in));
  from.metrics.mailbox.imap_bytes(metrics::direction::sent, out - std::exchange(last.bytes_out, out));
  const auto now = from.store.stats();
  // The mean of the last seconds stands for each of their groups.
  if (const auto syncs = now.syncs - last.store.syncs; syncs > 0)
    from.metrics.store.batch_written((now.commits - last.store.commits) / syncs);
  last.store = now;
  from.metrics.store.queue_depth(metrics::queue::commit, now.queued);
  from.metrics.store.queue_depth(metrics::queue::parse, from.parser.queued());
}

void collect(const pulse_sources& from) {
  const auto before = from.time.now() - staged_life;
  from.store.collect_bodies(before.time_since_epoch().count(), [](const result<std::size_t>& collected) {
    if (!collected)
      log::warning("store.not_collected",
                   {{"code", to_string(collected.error().code)}, {"detail", collected.error().detail}});
    else if (*collected > 0)
      log::info("store.collected", {{"bodies", *collected}});
  });
}

} // namespace

caf::behavior pulse(caf::event_based_actor* self, const pulse_sources* sources) {
  auto last = std::make_shared<seen>();
  self->delayed_send(self, period, tick_atom::value);
  self->send(self, collect_atom::value);
  return {
      [self, sources, last](tick_atom) {
        carry(*sources, *last);
        self->delayed_send(self, period, tick_atom::value);
      },
      [self, sources](collect_atom) {
        collect(*sources);
        self->delayed_send(self, collect_period, collect_atom::value);
      },
  };
}

} // namespace postroom::app
