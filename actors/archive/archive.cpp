#include "actors/archive/archive.hpp"

#include "actors/bridge.hpp"
#include "actors/supervision.hpp"

#include <algorithm>
#include <utility>

namespace postroom::archive {
namespace {

using self_pointer = archive_self::stateful_pointer<state>;
constexpr auto resolve_retry = std::chrono::seconds{1};

void ask_outcome(self_pointer self, storage::store* store, std::uint64_t number) {
  const archive_self me{self};
  store->resolve(self->state.waiting.at(number).id, [me, number](result<storage::outcome> what) {
    tell(me, resolved{number, what ? std::optional{*what} : std::nullopt});
  });
}

void hand_over(self_pointer self, storage::store* store, std::uint64_t number, storage::batch what) {
  const archive_self me{self};
  store->commit(std::move(what), [me, number](storage::commit_result done) {
    tell(me, stored{number, std::make_shared<storage::commit_result>(std::move(done))});
  });
}

/// Of a commit that was only found out about, the store does not say which seqs it brought.
void tell_of_growth(storage::store* store, const events_actor& events, std::vector<tenant_id> tenants) {
  tenants.erase(std::unique(tenants.begin(), tenants.end()), tenants.end());
  store->with_snapshot([events, tenants = std::move(tenants)](const storage::snapshot& view) {
    for (const auto& each : tenants)
      if (const auto last = view.last_seq(each.str()))
        tell(events, log_grew{each, *last});
  });
}

void answer(self_pointer self, std::uint64_t number, const events_actor& events) {
  auto node = self->state.waiting.extract(number);
  auto& p = node.mapped();
  const auto& result = *p.result;
  // Each tenant hears of its highest seq only.
  if (result.outcome == storage::outcome::committed)
    for (std::size_t i = 0; i < result.seqs.size() && i < p.tenants.size(); ++i)
      if (i + 1 == result.seqs.size() || p.tenants[i + 1] != p.tenants[i])
        self->send(events, log_grew{p.tenants[i], result.seqs[i]});
  p.promise.deliver(commit_answer{p.result});
}

} // namespace

archive_self::behavior_type archive(self_pointer self, storage::store* store, events_actor events, const clock* time,
                                    metrics::store_probe* metrics) {
  guard(self, state::name);
  return {
      [self, store, time](const commit_request& request) -> caf::result<commit_answer> {
        auto& s = self->state;
        const auto number = s.next_number++;
        pending p{self->make_response_promise<commit_answer>(), request.what->id, {}, time->ticks(), {}};
        for (const auto& op : request.what->operations)
          if (const auto* append = std::get_if<storage::append>(&op))
            p.tenants.push_back(tenant_id{append->stream});
        auto promise = p.promise;
        s.waiting.emplace(number, std::move(p));
        if (!request.patient) {
          hand_over(self, store, number, std::move(*request.what));
        } else {
          if (s.patient.empty())
            self->delayed_send(self, patience, gathering_over{});
          s.patient.emplace(number, request.what);
        }
        return promise;
      },
      [self, store, time](const gathering_over&) {
        for (auto& [number, what] : std::exchange(self->state.patient, {})) {
          self->state.waiting.at(number).since = time->ticks();
          hand_over(self, store, number, std::move(*what));
        }
      },
      [self, store, events, time, metrics](const stored& done) {
        auto& p = self->state.waiting.at(done.number);
        p.result = done.result;
        metrics->committed(time->ticks() - p.since, to_string(p.result->outcome));
        if (p.result->outcome == storage::outcome::unknown) {
          log::warning("archive.outcome_unknown", {{"detail", p.result->error ? p.result->error->detail : ""}});
          ask_outcome(self, store, done.number);
          return;
        }
        answer(self, done.number, events);
      },
      [self, store, events](const resolved& r) {
        if (!r.outcome) {
          self->delayed_send(self, resolve_retry, resolve_again{r.number});
          return;
        }
        auto& p = self->state.waiting.at(r.number);
        p.result->outcome = *r.outcome;
        if (*r.outcome == storage::outcome::committed && p.result->seqs.size() < p.tenants.size())
          tell_of_growth(store, events, p.tenants);
        answer(self, r.number, events);
      },
      [self, store](const resolve_again& again) { ask_outcome(self, store, again.number); },
  };
}

} // namespace postroom::archive
