#include "actors/tenant/providers.hpp"

#include "actors/bridge.hpp"
#include "actors/provider/provider.hpp"
#include "actors/tenant/incidents.hpp"
#include "base/ascii.hpp"
#include "base/log.hpp"

namespace postroom::tenant {

void put_provider(self_pointer self, records::Provider record) {
  auto& s = self->state;
  if (s.stopping)
    return;
  const auto id = record.id();
  auto& child = s.providers[id];
  end_provider(self, child);
  ++child.restart_number;
  child.record = std::move(record);
  child.started = s.world->time.ticks();
  child.running = self->system().spawn(provider::provider, std::make_shared<const records::Provider>(child.record),
                                       s.world, provider::supervisor_actor{tenant_actor{self}});
  s.providers_by_actor[child.running.address()] = id;
  self->monitor(child.running);
  watch_provider(self, child.record);
}

void end_provider(self_pointer self, const provider_child& child) {
  if (!child.running)
    return;
  self->state.providers_by_actor.erase(child.running.address());
  caf::anon_send_exit(child.running, caf::exit_reason::user_shutdown);
}

void end_providers(self_pointer self) {
  for (auto& [id, provider] : self->state.providers)
    if (provider.running)
      caf::anon_send_exit(provider.running, caf::exit_reason::user_shutdown);
}

void on_provider_down(self_pointer self, const std::string& id, const caf::down_msg& down) {
  auto& s = self->state;
  auto& child = s.providers.at(id);
  child.running = provider_actor{};
  if (s.stopping)
    return;
  const auto delay = delay_of_restart(s, child);
  s.world->metrics.supervision.restarted("provider");
  log::error("provider.failed", {{"tenant", s.id.str()},
                                 {"provider", id},
                                 {"reason", caf::to_string(down.reason)},
                                 {"retry_ms", static_cast<std::int64_t>(delay.count())}});
  self->delayed_send(self, delay, provider_restart_due{id, ++child.restart_number});
}

result<provider_actor> running_provider(const state& s, const provider_id& id) {
  const auto found = s.providers.find(id.str());
  if (found == s.providers.end())
    return fail(errc::not_found, "provider '" + id.str() + "' does not run");
  if (!found->second.running)
    return fail(errc::busy, "the provider '" + id.str() + "' failed and is being started anew");
  return found->second.running;
}

bool uses(const records::Account& account, const std::string& grant, const std::string& delegate) {
  if (!account.grant().empty())
    return account.grant() == grant;
  return ascii_lower(account.delegate()) == ascii_lower(delegate);
}

std::vector<std::string> accounts_of(const state& s, const std::string& provider, const std::string& grant,
                                     const std::string& delegate) {
  std::vector<std::string> out;
  const bool all = grant.empty() && delegate.empty();
  for (const auto& [id, child] : s.mailboxes)
    if (child.record.provider() == provider && (all || uses(child.record, grant, delegate)))
      out.push_back(id);
  return out;
}

void complete(const state& s, const provider_id& provider, signed_in& answer) {
  answer.accounts = accounts_of(s, provider.str(), answer.grant, answer.upn);
}

void complete(const state& s, const provider_id& provider, device_sign_in& answer) {
  if (answer.outcome)
    complete(s, provider, *answer.outcome);
}

void complete(const state& s, const provider_id& provider, provider_status& answer) {
  for (auto& each : answer.grants)
    each.accounts = accounts_of(s, provider.str(), each.grant, each.delegate);
}

} // namespace postroom::tenant
