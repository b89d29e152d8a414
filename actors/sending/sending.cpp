#include "actors/sending/sending.hpp"

#include "actors/bridge.hpp"
#include "actors/outbox/interface.hpp"
#include "actors/supervision.hpp"

namespace postroom::sending {
namespace {

using namespace std::chrono_literals;
using self_pointer = sending_actor::stateful_pointer<state>;

/// A mail whose turn is farther off is not kept waiting: its mailbox comes again.
constexpr std::chrono::milliseconds turn_wait_max = 5min;

identity& identity_of(self_pointer self, const std::string& name) {
  return self->state.identities[name];
}

void hold(self_pointer self, const caf::actor_addr& who, const std::string& name) {
  self->state.held[who].insert(name);
}

/// Serves those who wait while there are connections free.
void serve(self_pointer self, const std::string& name) {
  auto& one = identity_of(self, name);
  while (!one.waiting.empty() && one.limits.take_connection()) {
    auto next = std::move(one.waiting.front());
    one.waiting.pop_front();
    hold(self, next.who, name);
    next.promise.deliver(sending_answer{{}, !one.waiting.empty(), {}});
  }
}

void give_back(self_pointer self, const caf::actor_addr& who, const std::string& name) {
  const auto found = self->state.held.find(who);
  if (found == self->state.held.end())
    return;
  const auto one = found->second.find(name);
  if (one == found->second.end())
    return;
  found->second.erase(one);
  identity_of(self, name).limits.return_connection();
  serve(self, name);
}

void on_down(self_pointer self, const caf::actor_addr& who) {
  auto& s = self->state;
  for (auto& [name, one] : s.identities)
    std::erase_if(one.waiting, [&](const slot_asker& each) { return each.who == who; });
  std::erase_if(s.turns, [&](const auto& each) {
    const auto& turn = each.second;
    if (turn.who != who)
      return false;
    identity_of(self, turn.identity).limits.not_served(turn.counted);
    return true;
  });
  const auto held = s.held.extract(who);
  if (!held)
    return;
  for (const auto& name : held.mapped()) {
    identity_of(self, name).limits.return_connection();
    serve(self, name);
  }
}

/// Those who hold a connection and have nothing to send let go; the others after a few mails.
void ask_holders(self_pointer self, const std::string& name) {
  for (const auto& [who, names] : self->state.held)
    if (names.contains(name))
      tell(caf::actor_cast<outbox_actor>(who), outbox::slot_wanted{});
}

caf::result<sending_answer> on_slot(self_pointer self, const want_smtp_slot& wish, const clock& time) {
  auto& s = self->state;
  const auto sender = self->current_sender(); // the promise takes it away
  const auto who = caf::actor_cast<caf::actor_addr>(sender);
  auto& one = identity_of(self, wish.identity);
  one.limits.set_rules(wish.rules);
  if (auto why = one.limits.blocked(time.now()))
    return sending_answer{std::move(why), false, {}};
  if (s.held.try_emplace(who).second)
    self->monitor(sender);
  auto promise = self->make_response_promise<sending_answer>();
  one.waiting.push_back({who, promise});
  serve(self, wish.identity);
  if (!one.waiting.empty())
    ask_holders(self, wish.identity);
  return promise;
}

caf::result<sending_answer> on_allowance(self_pointer self, const want_allowance& wish, const clock& time,
                                         metrics::outbox_probe& metrics) {
  auto& s = self->state;
  auto& one = identity_of(self, wish.identity);
  if (auto why = one.limits.blocked(time.now()))
    return sending_answer{std::move(why), false, {}};
  if (auto why = one.limits.refuse_recipients(wish.recipients, time.now()))
    return sending_answer{std::move(why), false, {}};
  const auto wait = one.limits.take_message(time.ticks(), turn_wait_max);
  if (wait > turn_wait_max)
    return sending_answer{refusal{smtp::failure_class::throttled, "more mail waits than this identity may send",
                                  time.now() + turn_wait_max},
                          false,
                          {}};
  const auto counted = one.limits.served(wish.recipients, time.now());
  if (wait.count() == 0)
    return sending_answer{{}, !one.waiting.empty(), counted};
  metrics.throttled(wait);
  const auto who = caf::actor_cast<caf::actor_addr>(self->current_sender()); // the promise takes it away
  auto promise = self->make_response_promise<sending_answer>();
  const auto number = s.next_number++;
  s.turns.emplace(number, turn{who, wish.identity, counted, promise});
  self->delayed_send(self, wait, turn_due{number});
  return promise;
}

/// It may be tried again: the rest is over, or somebody acted.
void awaken(identity& one, metrics::outbox_probe& metrics) {
  if (std::exchange(one.rests, false))
    metrics.breaker_closed();
}

void on_report(self_pointer self, const identity_report& report, const clock& time, metrics::outbox_probe& metrics) {
  auto& s = self->state;
  auto& one = identity_of(self, report.identity);
  one.limits.report(report.verdict, time.now(), std::uniform_real_distribution<double>{}(s.random));
  const auto why = one.limits.blocked(time.now());
  if (!why && !report.verdict.failure)
    awaken(one, metrics);
  if (why && !std::exchange(one.rests, true)) {
    metrics.breaker_opened();
    self->delayed_send(self, why->until - time.now(), breaker_due{report.identity});
    log::warning("sending.identity_rests", {{"identity", report.identity},
                                            {"class", to_string(why->klass)},
                                            {"until", to_rfc3339(why->until)},
                                            {"remedy", smtp::remedy(why->klass)}});
  }
  // Whoever waits for a connection is told: its mails shall say why they do not go.
  while (why && !one.waiting.empty()) {
    one.waiting.front().promise.deliver(sending_answer{why, false, {}});
    one.waiting.pop_front();
  }
}

} // namespace

sending_actor::behavior_type sending(self_pointer self, const clock* time, metrics::outbox_probe* metrics) {
  guard(self, state::name);
  self->set_down_handler([self](caf::scheduled_actor*, caf::down_msg& down) { on_down(self, down.source); });
  return {
      [self, time](const want_smtp_slot& wish) { return on_slot(self, wish, *time); },
      [self, time, metrics](const want_allowance& wish) { return on_allowance(self, wish, *time, *metrics); },
      [self, time](const ask_identity& which) {
        const auto known = self->state.identities.find(which.identity);
        if (known == self->state.identities.end())
          return identity_status{};
        const auto& limits = known->second.limits;
        return identity_status{limits.blocked(time->now()), limits.recipients_of_day(time->now())};
      },
      [self](const return_smtp_slot& back) {
        give_back(self, caf::actor_cast<caf::actor_addr>(self->current_sender()), back.identity);
      },
      [self](const allowance_unused& back) { identity_of(self, back.identity).limits.not_served(back.unused); },
      [self, time, metrics](const identity_report& report) { on_report(self, report, *time, *metrics); },
      [self](const identity_served& served) {
        auto& one = identity_of(self, served.identity);
        if (!one.told.insert(served.mailbox).second)
          return;
        for (const auto& [hour, count] : served.by_hour)
          one.limits.served_in(hour, count);
      },
      [self, metrics](const identities_renewed& renewed) {
        auto& all = self->state.identities;
        for (auto it = all.lower_bound(renewed.prefix); it != all.end() && it->first.starts_with(renewed.prefix);
             ++it) {
          it->second.limits.forgive();
          awaken(it->second, *metrics);
        }
      },
      [self](const turn_due& due) {
        if (auto node = self->state.turns.extract(due.number)) {
          const auto& one = identity_of(self, node.mapped().identity);
          node.mapped().promise.deliver(sending_answer{{}, !one.waiting.empty(), node.mapped().counted});
        }
      },
      [self, time, metrics](const breaker_due& due) {
        auto& one = identity_of(self, due.identity);
        const auto why = one.limits.blocked(time->now());
        if (why)
          self->delayed_send(self, why->until - time->now(), breaker_due{due.identity});
        else
          awaken(one, *metrics);
      },
  };
}

} // namespace postroom::sending
