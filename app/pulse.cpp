#include "app/pulse.hpp"

#include "base/log.hpp"
#include "storage/expiry.hpp"

#include <caf/behavior.hpp>

#include <memory>

namespace postroom::app {
namespace {

using namespace std::chrono_literals;
constexpr auto period = 5s;
constexpr auto collect_period = 10min;
/// No mail falls silent for so long between two chunks, or between its last one and its commit: at the slowest pace
/// that a server may have, a chunk takes four minutes.
constexpr auto staged_life = 1h;
using tick_atom = caf::atom_constant<caf::atom("tick")>;
using collect_atom = caf::atom_constant<caf::atom("collect")>;

struct seen {
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
  std::uint64_t smtp_in = 0;
  std::uint64_t smtp_out = 0;
  storage::store_stats store;
};

void carry(const pulse_sources& from, seen& last) {
  const auto in = from.dialer.bytes_in();
  const auto out = from.dialer.bytes_out();
  from.metrics.mailbox.imap_bytes(metrics::direction::received, in - std::exchange(last.bytes_in, in));
  from.metrics.mailbox.imap_bytes(metrics::direction::sent, out - std::exchange(last.bytes_out, out));
  const auto smtp_in = from.smtp.bytes_in();
  const auto smtp_out = from.smtp.bytes_out();
  from.metrics.outbox.smtp_bytes(metrics::direction::received, smtp_in - std::exchange(last.smtp_in, smtp_in));
  from.metrics.outbox.smtp_bytes(metrics::direction::sent, smtp_out - std::exchange(last.smtp_out, smtp_out));
  const auto now = from.store.stats();
  // The mean of the last seconds stands for each of their groups.
  if (const auto syncs = now.syncs - last.store.syncs; syncs > 0)
    from.metrics.store.batch_written((now.commits - last.store.commits) / syncs);
  last.store = now;
  from.metrics.store.queue_depth(metrics::queue::commit, now.queued);
  from.metrics.store.queue_depth(metrics::queue::read, now.reads_queued);
  from.metrics.store.queue_depth(metrics::queue::parse, from.parser.queued());
}

/// A page after the other, until there is nothing more.
void expire(const pulse_sources& from) {
  storage::erase_expired(
      from.store, from.time.now().time_since_epoch().count(), [&from](const result<std::size_t>& erased) {
        if (!erased)
          log::warning("store.not_expired",
                       {{"code", to_string(erased.error().code)}, {"detail", erased.error().detail}});
        else if (*erased == storage::expiry_page)
          expire(from);
      });
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
        expire(*sources);
        collect(*sources);
        self->delayed_send(self, collect_period, collect_atom::value);
      },
  };
}

} // namespace postroom::app
