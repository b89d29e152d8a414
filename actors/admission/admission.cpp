#include "actors/admission/admission.hpp"

#include "actors/errors.hpp"
#include "actors/supervision.hpp"
#include "base/log.hpp"

#include <algorithm>

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

void watch(self_pointer self, const caf::strong_actor_ptr& who) {
  if (self->state.monitored.insert(caf::actor_cast<caf::actor_addr>(who)).second)
    self->monitor(who);
}

caf::result<credit> on_want(self_pointer self, const want_credit& wish, metrics::admission_probe* metrics) {
  auto& s = self->state;
  const auto sender = self->current_sender(); // the promise takes it away
  auto promise = self->make_response_promise<credit>();
  credit_asker asker{s.next_number++, caf::actor_cast<caf::actor_addr>(sender), promise};
  watch(self, sender);
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

// -- Connections -----------------------------------------------------------------------------------------------------

using server_place = std::map<std::string, state::server, std::less<>>::iterator;

server_place server_at(state& s, const std::string& host, std::uint16_t port, double per_second) {
  return s.servers.try_emplace(host + ':' + std::to_string(port), state::server{host_row{per_second}}).first;
}

/// A few start together: each look costs the clock and a worker a wake-up, and so does each of those who start alone.
constexpr std::chrono::milliseconds look_gap{25};

/// All whose time has come, and a timer for the next.
void let_through(self_pointer self, server_place server, const clock* time) {
  auto& s = self->state;
  auto& [row, look_at] = server->second;
  const auto now = time->ticks();
  while (const auto number = row.take(now))
    if (auto node = s.waiting.extract(*number)) {
      s.places.erase({node.mapped().who, *number});
      node.mapped().promise.deliver(ack{});
    }
  const auto next = row.next();
  if (!next)
    return;
  const auto due = std::max<mono_time>(*next, now + look_gap);
  if (!look_at || due < *look_at) {
    look_at = due;
    self->delayed_send(self, due - now, row_due{server->first});
  }
}

void on_tried(self_pointer self, server_place server, bool arrived, const clock* time) {
  auto& row = server->second.row;
  const bool was_down = row.down();
  if (arrived)
    row.arrived();
  else
    row.failed(time->ticks());
  if (row.down() == was_down)
    return;
  if (arrived)
    log::info("server.reached", {{"server", server->first}, {"waiting", std::to_string(row.waiting())}});
  else
    log::warning("server.unreachable", {{"server", server->first}, {"waiting", std::to_string(row.waiting())}});
  let_through(self, server, time);
}

caf::result<ack> on_want_connection(self_pointer self, const want_connection& wish, double per_second,
                                    const clock* time) {
  auto& s = self->state;
  const auto sender = self->current_sender(); // the promise takes it away
  auto promise = self->make_response_promise<ack>();
  watch(self, sender);
  const auto server = server_at(s, wish.host, wish.port, per_second);
  const auto number = s.next_number++;
  const auto who = caf::actor_cast<caf::actor_addr>(sender);
  s.waiting.emplace(number, row_asker{who, &server->second.row, promise});
  s.places.emplace(who, number);
  server->second.row.push(number);
  let_through(self, server, time);
  return promise;
}

// -- The end of an asker ---------------------------------------------------------------------------------------------

/// A turn that is given to nobody delays all behind it: before a server that is down, by one probe. The next look at
/// the row is under way already.
void leave_rows(state& s, const caf::actor_addr& who) {
  for (auto at = s.places.lower_bound({who, 0}); at != s.places.end() && at->first == who; at = s.places.erase(at))
    s.waiting.extract(at->second).mapped().row->drop(at->second);
}

void return_credits(self_pointer self, const caf::actor_addr& who, metrics::admission_probe* metrics) {
  auto& s = self->state;
  s.credits->drop([&](const credit_asker& each) { return each.who == who; });
  std::erase_if(s.booked, [&](const auto& each) {
    if (each.second.holder != who)
      return false;
    s.credits->give_back(each.second.what);
    return true;
  });
  serve(self, metrics);
}

/// Whoever is gone waits for nothing and holds nothing.
void on_down(self_pointer self, const caf::actor_addr& who, metrics::admission_probe* metrics) {
  self->state.monitored.erase(who);
  leave_rows(self->state, who);
  return_credits(self, who, metrics);
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
      [self, config, time](const want_connection& wish) {
        return on_want_connection(self, wish, config.connections_per_second_per_host, time);
      },
      [self, config, time](const connection_tried& tried) {
        const auto server = server_at(self->state, tried.host, tried.port, config.connections_per_second_per_host);
        on_tried(self, server, tried.arrived, time);
      },
      [self, time](const row_due& due) {
        const auto server = self->state.servers.find(due.server);
        if (server->second.look_at && *server->second.look_at <= time->ticks())
          server->second.look_at.reset();
        let_through(self, server, time);
      },
      [self, metrics](const wish_expired& wish) { on_expired(self, wish.number, metrics); },
  };
}

} // namespace postroom::admission
