#include "actors/tenant/outboxes.hpp"

#include "actors/bridge.hpp"
#include "actors/supervision.hpp"
#include "actors/tenant/tenant_config.hpp"

namespace postroom::tenant {
namespace {

using namespace std::chrono_literals;

result<void> start_outbox(self_pointer self, const std::string& account) {
  auto& s = self->state;
  const auto known = s.mailboxes.find(account);
  if (known == s.mailboxes.end())
    return fail(errc::not_found, "account '" + account + "'");
  const auto& record = known->second.record;
  const auto provider = s.providers.find(record.provider());
  if (provider == s.providers.end())
    return fail(errc::invalid_argument, "provider '" + record.provider() + "' does not exist");
  auto task = assign_outbox(record, provider->second.record, s.world->keys, s.world->sent_search);
  if (!task)
    return task.error();
  task->provider = provider->second.running;
  task->supervisor = outbox_supervisor{tenant_actor{self}};
  auto& child = s.outboxes[account];
  child.requests = 0;
  child.replacing = false;
  child.started = s.world->time.ticks();
  child.running =
      self->system().spawn(outbox::outbox, std::make_shared<const outbox::assignment>(std::move(*task)), s.world);
  s.outboxes_by_actor[child.running.address()] = account;
  self->monitor(child.running);
  return {};
}

void start_or_complain(self_pointer self, const std::string& account) {
  if (const auto started = start_outbox(self, account); !started)
    log::warning("outbox.not_runnable",
                 {{"tenant", self->state.id.str()}, {"account", account}, {"detail", started.error().detail}});
}

} // namespace

void adopt_outboxes(self_pointer self, const std::map<std::string, records::Outbox, std::less<>>& stored) {
  auto& metrics = self->state.world->metrics.outbox;
  for (const auto& [account, counts] : stored) {
    metrics.held("queued", static_cast<std::int64_t>(counts.queued()));
    metrics.held("deferred", static_cast<std::int64_t>(counts.deferred()));
    metrics.held("held", static_cast<std::int64_t>(counts.held()));
    if (counts.queued() + counts.deferred() > 0 || counts.in_flight() != 0)
      start_or_complain(self, account);
  }
}

result<outbox_actor> outbox_for(self_pointer self, const account_id& account) {
  auto& s = self->state;
  if (!s.loaded || s.stopping)
    return fail(errc::busy, "the tenant is being started or ended");
  auto found = s.outboxes.find(account.str());
  if (found == s.outboxes.end()) {
    if (const auto started = start_outbox(self, account.str()); !started)
      return started.error();
    found = s.outboxes.find(account.str());
  }
  if (!found->second.running)
    return fail(errc::busy, "the outbox of this account failed and is being started anew");
  ++found->second.requests;
  return found->second.running;
}

void replace_outbox(self_pointer self, const std::string& account) {
  auto& s = self->state;
  const auto found = s.outboxes.find(account);
  if (found == s.outboxes.end())
    return;
  auto& child = found->second;
  if (!child.running) {
    ++child.restart_number;
    start_or_complain(self, account);
    return;
  }
  child.replacing = true;
  caf::anon_send_exit(child.running, caf::exit_reason::user_shutdown);
}

void end_outbox(self_pointer self, const std::string& account) {
  if (const auto node = self->state.outboxes.extract(account); node && node.mapped().running)
    caf::anon_send_exit(node.mapped().running, caf::exit_reason::user_shutdown);
}

void end_outboxes(self_pointer self) {
  for (auto& [account, child] : self->state.outboxes)
    if (child.running)
      caf::anon_send_exit(child.running, caf::exit_reason::user_shutdown);
}

void retry_outboxes(self_pointer self) {
  auto& s = self->state;
  tell(s.world->sending, identities_renewed{s.id.str() + "/"});
  for (auto& [account, child] : s.outboxes)
    if (child.running)
      tell(child.running, outbox::try_again{});
}

void on_may_retire(self_pointer self, const outbox::may_retire& wish) {
  auto& s = self->state;
  const auto found = s.outboxes.find(wish.account.str());
  if (found == s.outboxes.end() || !found->second.running || found->second.requests != wish.requests)
    return;
  // Nothing is on its way to it; whoever asks next finds a new one.
  s.outboxes_by_actor.erase(found->second.running.address());
  self->send(found->second.running, outbox::retire{});
  s.outboxes.erase(found);
}

bool on_outbox_down(self_pointer self, const caf::down_msg& down) {
  auto& s = self->state;
  const auto node = s.outboxes_by_actor.extract(down.source);
  if (!node)
    return false;
  const auto found = s.outboxes.find(node.mapped());
  if (found == s.outboxes.end() || s.stopping)
    return true;
  auto& child = found->second;
  if (child.running.address() != down.source)
    return true; // its account was removed and made anew: another one runs
  child.running = outbox_actor{};
  if (child.replacing) {
    start_or_complain(self, found->first);
    return true;
  }
  const auto delay = delay_of_restart(s, child);
  s.world->metrics.supervision.restarted("outbox");
  log::error("outbox.failed", {{"tenant", s.id.str()},
                               {"account", found->first},
                               {"reason", caf::to_string(down.reason)},
                               {"retry_ms", static_cast<std::int64_t>(delay.count())}});
  self->delayed_send(self, delay, outbox_restart_due{found->first, ++child.restart_number});
  return true;
}

void on_outbox_restart(self_pointer self, const outbox_restart_due& due) {
  auto& s = self->state;
  const auto found = s.outboxes.find(due.account);
  if (found != s.outboxes.end() && found->second.restart_number == due.number && !found->second.running && !s.stopping)
    start_or_complain(self, due.account);
}

} // namespace postroom::tenant
