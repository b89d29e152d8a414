#include "actors/admission/admission.hpp"

#include "actors/supervision.hpp"

namespace postroom::admission {
namespace {

using self_pointer = admission_self::stateful_pointer<state>;

void show(self_pointer self, metrics::admission_probe* metrics) {
  const auto& pool = *self->state.credits;
  metrics->credits(pool.total_bytes() - pool.free_bytes(), pool.free_bytes(), pool.waiting());
}

} // namespace

admission_self::behavior_type admission(self_pointer self, admission_config config, const clock* time,
                                        metrics::admission_probe* metrics) {
  guard(self, state::name);
  self->state.credits.emplace(config.credit_bytes);
  show(self, metrics);
  return {
    [self, metrics](const want_credit& wish) -> caf::result<credit> {
      auto promise = self->make_response_promise<credit>();
      if (auto booked = self->state.credits->want(wish.bytes, promise))
        promise.deliver(*booked);
      show(self, metrics);
      return promise;
    },
    [self, metrics](const return_credit& back) {
      auto& pool = *self->state.credits;
      pool.give_back(back.what);
      while (auto served = pool.serve())
        served->first.deliver(served->second);
      show(self, metrics);
    },
    [self, config, time](const want_connection& wish) -> caf::result<ack> {
      auto& s = self->state;
      auto promise = self->make_response_promise<ack>();
      const auto host = s.hosts.try_emplace(wish.host, config.connections_per_second_per_host).first;
      const auto now = time->ticks();
      const auto due = host->second.next(now);
      if (due <= now) {
        promise.deliver(ack{});
        return promise;
      }
      const auto number = s.next_number++;
      s.waiting.emplace(number, promise);
      self->delayed_send(self, due - now, permit_due{number});
      return promise;
    },
    [self](const permit_due& due) {
      if (auto node = self->state.waiting.extract(due.number))
        node.mapped().deliver(ack{});
    },
  };
}

} // namespace postroom::admission
