#include "actors/admission/admission.hpp"

#include "actors/errors.hpp"
#include "actors/supervision.hpp"

namespace postroom::admission {
namespace {

using self_pointer = admission_self::stateful_pointer<state>;

void show(self_pointer self, metrics::admission_probe* metrics) {
  const auto& pool = *self->state.credits;
  metrics->credits(pool.total_bytes() - pool.free_bytes(), pool.free_bytes(), pool.waiting());
}

/// Hands a booked credit to whoever asked and remembers it.
void hand_out(self_pointer self, credit_asker to, credit what) {
  what.number = to.number;
  self->state.booked.emplace(to.number, booking{what, to.who});
  to.promise.deliver(what);
}

void serve(self_pointer self, metrics::admission_probe* metrics) {
  while (auto served = self->state.credits->serve())
    hand_out(self, std::move(served->first), served->second);
  show(self, metrics);
}

/// Whoever is gone waits for nothing and holds nothing.
void on_down(self_pointer self, const caf::actor_addr& who, metrics::admission_probe* metrics) {
  auto& s = self->state;
  s.monitored.erase(who);
  s.credits->drop([&](const credit_asker& each) { return each.who == who; });
  std::erase_if(s.booked, [&](const auto& each) {
    if (each.second.holder != who)
      return false;
    s.credits->give_back(each.second.what);
    return true;
  });
  serve(self, metrics);
}

caf::result<credit> on_want(self_pointer self, const want_credit& wish, metrics::admission_probe* metrics) {
  auto& s = self->state;
  const auto sender = self->current_sender(); // the promise takes it away
  auto promise = self->make_response_promise<credit>();
  credit_asker asker{s.next_number++, caf::actor_cast<caf::actor_addr>(sender), promise};
  if (s.monitored.insert(asker.who).second)
    self->monitor(sender);
  const auto number = asker.number;
  if (auto booked = s.credits->want(wish.bytes, asker))
    hand_out(self, std::move(asker), *booked);
  else
    self->delayed_send(self, credit_wait_max, wish_expired{number});
  show(self, metrics);
  return promise;
}

void on_expired(self_pointer self, std::uint64_t number, metrics::admission_probe* metrics) {
  self->state.credits->drop([&](const credit_asker& each) {
    if (each.number != number)
      return false;
    auto promise = each.promise;
    promise.deliver(to_caf(fail(errc::busy, "too much mail waits to be stored")));
    return true;
  });
  serve(self, metrics); // the one behind it may want less
}

} // namespace

admission_self::behavior_type admission(self_pointer self, admission_config config, const clock* time,
                                        metrics::admission_probe* metrics) {
  guard(self, state::name);
  self->state.credits.emplace(config.credit_bytes);
  self->set_down_handler(
      [self, metrics](caf::scheduled_actor*, caf::down_msg& down) { on_down(self, down.source, metrics); });
  show(self, metrics);
  return {
      [self, metrics](const want_credit& wish) { return on_want(self, wish, metrics); },
      [self, metrics](const return_credit& back) {
        auto& s = self->state;
        if (const auto node = s.booked.extract(back.what.number)) {
          s.credits->give_back(node.mapped().what);
          serve(self, metrics);
        }
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
      [self, metrics](const wish_expired& wish) { on_expired(self, wish.number, metrics); },
  };
}

} // namespace postroom::admission
