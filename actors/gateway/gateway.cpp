#include "actors/gateway/gateway.hpp"

#include "actors/bridge.hpp"
#include "actors/gateway/gather.hpp"
#include "actors/supervision.hpp"
#include "storage/directory.hpp"

namespace postroom::gateway {
namespace {

using namespace std::chrono_literals;
using self_pointer = gateway_self::stateful_pointer<state>;

constexpr auto ask_limit = 10s;
constexpr auto load_retry = 2s;
/// A tenant that ran this long is forgiven what went before.
constexpr auto stable_after = 5min;

void read_tenants(self_pointer self) {
  ++self->state.reading;
  const gateway_self me{self};
  self->state.world->store.with_snapshot([me](const storage::snapshot& view) {
    tenants_read answer;
    auto range = storage::prefix_range(storage::keys::tenants());
    for (bool more = true; more;) {
      auto page = view.scan(storage::space::config, range, limits::page_items_max);
      if (!page) {
        answer.failed = page.error();
        break;
      }
      for (const auto& each : *page)
        answer.tenants.insert(each.key.substr(storage::keys::tenants().size()));
      more = page->size() == limits::page_items_max;
      if (more)
        range.first = page->back().key + '\0';
    }
    tell(me, std::move(answer));
  });
}

void start_tenant(self_pointer self, const std::string& id) {
  auto& s = self->state;
  auto& child = s.tenants[id];
  if (child.running || s.stopping)
    return;
  child.started = s.world->time.ticks();
  child.running = self->system().spawn(tenant::tenant, tenant_id{id}, s.world);
  s.tenants_by_actor[child.running.address()] = id;
  self->monitor(child.running);
}

void take_tenants(self_pointer self, const tenants_read& read) {
  auto& s = self->state;
  if (read.failed) {
    log::error("gateway.not_loaded", {{"detail", read.failed->detail}});
    self->delayed_send(self, load_retry, load_again{});
    return;
  }
  for (const auto& id : read.tenants)
    start_tenant(self, id);
  for (auto at = s.tenants.begin(); at != s.tenants.end();) {
    const bool gone = !read.tenants.contains(at->first);
    if (gone && at->second.running)
      caf::anon_send_exit(at->second.running, caf::exit_reason::user_shutdown);
    // One that waits for its restart has nobody to tell us of its end.
    at = gone && !at->second.running ? s.tenants.erase(at) : std::next(at);
  }
  s.loaded = true;
}

void on_tenants(self_pointer self, const tenants_read& read) {
  auto& s = self->state;
  s.reading -= s.reading > 0 ? 1 : 0;
  take_tenants(self, read);
  if (s.reading == 0)
    s.held.release();
}

void on_down(self_pointer self, const caf::down_msg& down) {
  auto& s = self->state;
  auto node = s.tenants_by_actor.extract(down.source);
  if (!node)
    return;
  if (s.stopping) {
    if (s.tenants_by_actor.empty())
      self->quit(caf::exit_reason::user_shutdown);
    return;
  }
  auto& child = s.tenants.at(node.mapped());
  child.running = tenant_actor{};
  if (down.reason == caf::exit_reason::user_shutdown) {
    s.tenants.erase(node.mapped());
    read_tenants(self); // it may have been stored anew meanwhile
    return;
  }
  if (s.world->time.ticks() - child.started >= stable_after)
    child.failures.worked();
  const auto delay = child.failures.failed(std::uniform_real_distribution<double>{}(s.random));
  s.world->metrics.supervision.restarted("tenant");
  log::error("tenant.failed", {{"tenant", node.mapped()}, {"reason", caf::to_string(down.reason)}});
  self->delayed_send(self, delay, restart_due{node.mapped()});
}

void end_tenants(self_pointer self) {
  for (auto& [id, child] : self->state.tenants)
    if (child.running)
      caf::anon_send_exit(child.running, caf::exit_reason::user_shutdown);
}

void on_exit(self_pointer self) {
  auto& s = self->state;
  s.stopping = true;
  end_tenants(self);
  if (s.tenants_by_actor.empty())
    self->quit(caf::exit_reason::user_shutdown);
}

std::vector<tenant_actor> running_tenants(const state& s, const tenant_id& only) {
  std::vector<tenant_actor> out;
  for (const auto& [id, child] : s.tenants)
    if (child.running && (only.empty() || id == only.str()))
      out.push_back(child.running);
  return out;
}

/// To the tenant whom it concerns.
template <class Answer, class Question>
caf::result<Answer> pass_on(self_pointer self, const Question& question) {
  auto& s = self->state;
  const auto found = s.tenants.find(question.tenant.str());
  const bool runs = found != s.tenants.end() && found->second.running;
  if (!runs && s.reading > 0)
    return s.held.template hold<Answer>(self, gateway_self{self}, question);
  if (!runs && found != s.tenants.end())
    return to_caf(fail(errc::busy, "the tenant '" + question.tenant.str() + "' failed and is being started anew"));
  if (!runs)
    return to_caf(fail(errc::not_found, "tenant '" + question.tenant.str() + "' does not run"));
  return self->delegate(found->second.running, Question{question});
}

} // namespace

gateway_self::behavior_type gateway(self_pointer self, const ports* world) {
  guard(self, state::name, [self] { end_tenants(self); });
  self->state.world = world;
  self->set_down_handler([self](caf::scheduled_actor*, caf::down_msg& down) { on_down(self, down); });
  self->set_exit_handler([self](caf::scheduled_actor*, caf::exit_msg&) { on_exit(self); });
  read_tenants(self);
  return {
      [self](const config_changed& change) -> caf::result<ack> {
        if (change.what == config_changed::kind::tenant) {
          read_tenants(self);
          return ack{};
        }
        const auto found = self->state.tenants.find(change.tenant.str());
        if (found == self->state.tenants.end() || !found->second.running) {
          read_tenants(self); // it will read everything when it starts
          return ack{};
        }
        return self->delegate(found->second.running, config_changed{change});
      },
      [self](const ask_account& question) { return pass_on<account_status>(self, question); },
      [self](const ask_accounts& question) {
        return gather<account_statuses>(self, running_tenants(self->state, question.tenant), ask_limit, question,
                                        [](account_statuses& sum, const account_statuses& part) {
                                          sum.accounts.insert(sum.accounts.end(), part.accounts.begin(),
                                                              part.accounts.end());
                                        });
      },
      [self](const ask_overview& question) {
        overview start;
        start.configuration_loaded = self->state.loaded;
        return gather<overview>(
            self, running_tenants(self->state, {}), ask_limit, question,
            [](overview& sum, const overview& part) {
              sum.mailboxes += part.mailboxes;
              sum.in_step += part.in_step;
              sum.degraded += part.degraded;
              sum.configuration_loaded = sum.configuration_loaded && part.configuration_loaded;
            },
            start);
      },
      [self](const submit_mail& wish) { return pass_on<mail_answer>(self, wish); },
      [self](const change_mail& wish) { return pass_on<mail_answer>(self, wish); },
      [self](const plan_sign_in& wish) { return pass_on<sign_in_plan>(self, wish); },
      [self](const redeem_code& wish) { return pass_on<signed_in>(self, wish); },
      [self](const begin_device_sign_in& wish) { return pass_on<device_sign_in>(self, wish); },
      [self](const ask_device_sign_in& wish) { return pass_on<device_sign_in>(self, wish); },
      [self](const revoke_grant& wish) { return pass_on<grant_revoked>(self, wish); },
      [self](const ask_provider& wish) { return pass_on<provider_status>(self, wish); },
      [self](const diagnose_account& wish) { return pass_on<diagnosis>(self, wish); },
      [self](const tenants_read& read) { on_tenants(self, read); },
      [self](const restart_due& due) {
        if (self->state.tenants.contains(due.tenant))
          start_tenant(self, due.tenant);
      },
      [self](const load_again&) { read_tenants(self); },
  };
}

} // namespace postroom::gateway
