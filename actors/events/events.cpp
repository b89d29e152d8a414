#include "actors/events/events.hpp"

#include "actors/supervision.hpp"

namespace postroom::events {

events_self::behavior_type events(events_self::stateful_pointer<state> self) {
  guard(self, state::name);
  return {
      [self](const wait_for_events& wish) -> caf::result<log_position> {
        auto& log = self->state.logs[wish.tenant.str()];
        auto promise = self->make_response_promise<log_position>();
        if (log.last_seq > wish.after || wish.limit.count() <= 0) {
          promise.deliver(log_position{log.last_seq});
          return promise;
        }
        const auto number = self->state.next_number++;
        log.waiting.emplace(number, waiter{wish.after, promise});
        self->delayed_send(self, wish.limit, wait_over{wish.tenant.str(), number});
        return promise;
      },
      [self](const log_grew& grown) {
        auto& log = self->state.logs[grown.tenant.str()];
        log.last_seq = std::max(log.last_seq, grown.last_seq);
        for (auto it = log.waiting.begin(); it != log.waiting.end();) {
          if (it->second.after >= log.last_seq) {
            ++it;
            continue;
          }
          it->second.promise.deliver(log_position{log.last_seq});
          it = log.waiting.erase(it);
        }
      },
      [self](const wait_over& over) {
        auto& log = self->state.logs[over.tenant];
        if (auto node = log.waiting.extract(over.number))
          node.mapped().promise.deliver(log_position{log.last_seq});
      },
  };
}

} // namespace postroom::events
