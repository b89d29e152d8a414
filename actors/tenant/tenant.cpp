#include "actors/tenant/tenant.hpp"

#include "actors/bridge.hpp"
#include "actors/provider/provider.hpp"
#include "actors/supervision.hpp"
#include "actors/tenant/outboxes.hpp"
#include "storage/directory.hpp"

namespace postroom::tenant {
namespace {

using namespace std::chrono_literals;
constexpr auto load_retry = 2s;
/// A child that ran this long is forgiven what went before.
constexpr auto stable_after = 5min;

void start_load(self_pointer self) {
  const tenant_actor me{self};
  load(self->state.world->store, self->state.id, [me](result<std::shared_ptr<tenant_config>> got) {
    config_loaded answer;
    if (got)
      answer.config = *got;
    else
      answer.failed = got.error();
    tell(me, std::move(answer));
  });
}

void show(mailbox_child& child, mailbox_state now, std::optional<error> why, const clock& time) {
  child.last.state = now;
  child.last.since = time.now();
  child.last.in_step = false;
  child.last.last_error = std::move(why);
}

void start_mailbox(self_pointer self, const std::string& id) {
  auto& s = self->state;
  if (s.stopping)
    return; // nobody would ever end it
  auto& child = s.mailboxes.at(id);
  child.last.account = account_id{id};
  child.last.tenant = s.id;
  child.replacing = false;
  if (!child.record.active()) {
    show(child, mailbox_state::inactive, {}, s.world->time);
    return;
  }
  const auto provider = s.providers.find(child.record.provider());
  auto task = provider == s.providers.end()
                  ? result<mailbox::assignment>{fail(errc::invalid_argument,
                                                     "provider '" + child.record.provider() + "' does not exist")}
                  : assign(child.record, provider->second.record);
  if (!task) {
    show(child, mailbox_state::waiting, task.error(), s.world->time);
    log::warning("account.not_runnable", {{"tenant", s.id.str()}, {"account", id}, {"detail", task.error().detail}});
    return;
  }
  task->provider = provider->second.running;
  task->supervisor = mailbox_supervisor{tenant_actor{self}};
  child.started = s.world->time.ticks();
  child.running =
      self->system().spawn(mailbox::mailbox, std::make_shared<const mailbox::assignment>(std::move(*task)), s.world);
  s.accounts_by_actor[child.running.address()] = id;
  self->monitor(child.running);
}

/// Ends what runs; it is started anew when it is gone. Starts at once when nothing runs.
void replace_mailbox(self_pointer self, const std::string& id) {
  auto& child = self->state.mailboxes.at(id);
  ++child.restart_number;
  if (!child.running) {
    start_mailbox(self, id);
    return;
  }
  child.replacing = true;
  caf::anon_send_exit(child.running, caf::exit_reason::user_shutdown);
}

void end_mailboxes(self_pointer self) {
  for (auto& [id, child] : self->state.mailboxes)
    if (child.running)
      caf::anon_send_exit(child.running, caf::exit_reason::user_shutdown);
}

void end_providers(self_pointer self) {
  for (auto& [id, provider] : self->state.providers)
    if (provider.running)
      caf::anon_send_exit(provider.running, caf::exit_reason::user_shutdown);
}

void end_if_empty(self_pointer self) {
  if (!self->state.accounts_by_actor.empty() || !self->state.outboxes_by_actor.empty())
    return;
  end_providers(self);
  self->quit(caf::exit_reason::user_shutdown);
}

/// A failed provider comes back later; its mailboxes wait with it, since they know only the one that is gone.
void on_provider_down(self_pointer self, const std::string& id, const caf::down_msg& down) {
  auto& s = self->state;
  auto& child = s.providers.at(id);
  child.running = provider_actor{};
  if (s.stopping)
    return;
  if (s.world->time.ticks() - child.started >= stable_after)
    child.failures.worked();
  const auto delay = child.failures.failed(std::uniform_real_distribution<double>{}(s.random));
  s.world->metrics.supervision.restarted("provider");
  log::error("provider.failed", {{"tenant", s.id.str()},
                                 {"provider", id},
                                 {"reason", caf::to_string(down.reason)},
                                 {"retry_ms", static_cast<std::int64_t>(delay.count())}});
  self->delayed_send(self, delay, provider_restart_due{id, ++child.restart_number});
}

void on_down(self_pointer self, const caf::down_msg& down) {
  auto& s = self->state;
  if (const auto provider = s.providers_by_actor.extract(down.source)) {
    on_provider_down(self, provider.mapped(), down);
    return;
  }
  if (on_outbox_down(self, down)) {
    if (s.stopping)
      end_if_empty(self);
    return;
  }
  auto node = s.accounts_by_actor.extract(down.source);
  if (!node)
    return;
  if (s.stopping) {
    end_if_empty(self);
    return;
  }
  const auto found = s.mailboxes.find(node.mapped());
  if (found == s.mailboxes.end())
    return; // its account was removed
  auto& child = found->second;
  child.running = mailbox_actor{};
  if (child.replacing) {
    start_mailbox(self, found->first);
    return;
  }
  if (s.world->time.ticks() - child.started >= stable_after)
    child.failures.worked();
  const auto delay = child.failures.failed(std::uniform_real_distribution<double>{}(s.random));
  s.world->metrics.supervision.restarted("mailbox");
  show(child, child.failures.parked() ? mailbox_state::degraded : mailbox_state::waiting,
       fail(errc::internal, "the mailbox's actor failed: " + caf::to_string(down.reason)), s.world->time);
  log::error("mailbox.failed", {{"tenant", s.id.str()},
                                {"account", found->first},
                                {"reason", caf::to_string(down.reason)},
                                {"retry_ms", static_cast<std::int64_t>(delay.count())}});
  self->delayed_send(self, delay, restart_due{found->first, ++child.restart_number});
}

/// From here on its end is nobody's failure.
void end_provider(self_pointer self, const provider_child& child) {
  if (!child.running)
    return;
  self->state.providers_by_actor.erase(child.running.address());
  caf::anon_send_exit(child.running, caf::exit_reason::user_shutdown);
}

/// Accounts of a provider learn of its change by being started anew.
void replace_users(self_pointer self, const std::string& provider) {
  for (auto& [account, mailbox] : self->state.mailboxes) {
    if (mailbox.record.provider() != provider)
      continue;
    replace_mailbox(self, account);
    replace_outbox(self, account);
  }
}

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
  child.running =
      self->system().spawn(provider::provider, std::make_shared<const records::Provider>(child.record), s.world);
  s.providers_by_actor[child.running.address()] = id;
  self->monitor(child.running);
  if (!s.loaded)
    return;
  replace_users(self, id);
}

void on_changed(self_pointer self, const config_changed& change);

void on_loaded(self_pointer self, const config_loaded& loaded) {
  auto& s = self->state;
  if (loaded.failed) {
    log::error("tenant.not_loaded", {{"tenant", s.id.str()}, {"detail", loaded.failed->detail}});
    self->delayed_send(self, load_retry, load_again{});
    return;
  }
  for (auto& [id, record] : loaded.config->providers)
    put_provider(self, record);
  for (auto& [id, record] : loaded.config->accounts)
    s.mailboxes[id].record = record;
  s.loaded = true;
  for (auto& [id, child] : s.mailboxes)
    start_mailbox(self, id);
  adopt_outboxes(self, loaded.config->outboxes);
  log::info("tenant.started", {{"tenant", s.id.str()},
                               {"providers", static_cast<std::int64_t>(s.providers.size())},
                               {"accounts", static_cast<std::int64_t>(s.mailboxes.size())}});
  for (const auto& change : std::exchange(s.early, {}))
    on_changed(self, change);
}

void on_account(self_pointer self, const account_read& read) {
  auto& s = self->state;
  if (read.account) {
    s.mailboxes[read.id].record = *read.account;
    replace_mailbox(self, read.id);
    replace_outbox(self, read.id);
    return;
  }
  end_outbox(self, read.id);
  if (auto node = s.mailboxes.extract(read.id); node && node.mapped().running)
    caf::anon_send_exit(node.mapped().running, caf::exit_reason::user_shutdown);
}

void on_provider(self_pointer self, const provider_read& read) {
  auto& s = self->state;
  if (read.provider) {
    put_provider(self, *read.provider);
    return;
  }
  if (auto node = s.providers.extract(read.id))
    end_provider(self, node.mapped());
  replace_users(self, read.id);
}

/// A new sign-in: providers forget what they knew, and whoever waits tries again at once.
void on_grant_changed(self_pointer self, const config_changed& change) {
  auto& s = self->state;
  for (auto& [id, provider] : s.providers)
    if (provider.running)
      tell(provider.running, config_changed{change});
  for (auto& [id, child] : s.mailboxes)
    if (!child.last.in_step)
      replace_mailbox(self, id);
  retry_outboxes(self);
}

template <class Record, class Read>
void read_again(self_pointer self, storage::record_key key, const std::string& id,
                std::shared_ptr<Record> Read::*field) {
  const tenant_actor me{self};
  storage::get<Record>(self->state.world->store, std::move(key), [me, id, field](auto got) {
    if (!got) {
      log::error("config.not_read", {{"id", id}, {"detail", got.error().detail}});
      return;
    }
    Read answer;
    answer.id = id;
    if (*got)
      answer.*field = std::make_shared<Record>(std::move((*got)->value));
    tell(me, std::move(answer));
  });
}

void on_changed(self_pointer self, const config_changed& change) {
  const auto& tenant = self->state.id;
  if (!self->state.loaded) {
    self->state.early.push_back(change);
    return;
  }
  switch (change.what) {
  case config_changed::kind::account:
    read_again(self, storage::keys::account(tenant, account_id{change.id}), change.id, &account_read::account);
    break;
  case config_changed::kind::provider:
    read_again(self, storage::keys::provider(tenant, provider_id{change.id}), change.id, &provider_read::provider);
    break;
  case config_changed::kind::grant:
    on_grant_changed(self, change);
    break;
  case config_changed::kind::tenant:
    break;
  }
}

overview overview_of(const state& s) {
  overview out;
  out.configuration_loaded = s.loaded;
  for (const auto& [id, child] : s.mailboxes) {
    if (!child.record.active())
      continue;
    ++out.mailboxes;
    out.in_step += child.last.in_step ? 1 : 0;
    out.degraded += child.last.state == mailbox_state::degraded ? 1 : 0;
  }
  return out;
}

template <class Wish>
caf::result<mail_answer> pass_to_outbox(self_pointer self, const Wish& wish) {
  const auto outbox = outbox_for(self, wish.account);
  if (!outbox)
    return to_caf(outbox.error());
  return self->delegate(*outbox, Wish{wish});
}

void on_exit(self_pointer self) {
  self->state.stopping = true;
  end_mailboxes(self);
  end_outboxes(self);
  end_if_empty(self);
}

} // namespace

tenant_actor::behavior_type tenant(self_pointer self, tenant_id id, const ports* world) {
  guard(self, state::name, [self] {
    end_mailboxes(self);
    end_outboxes(self);
    end_providers(self);
  });
  auto& s = self->state;
  s.random.seed(static_cast<unsigned>(std::hash<tenant_id>{}(id)));
  s.id = std::move(id);
  s.world = world;
  self->set_down_handler([self](caf::scheduled_actor*, caf::down_msg& down) { on_down(self, down); });
  self->set_exit_handler([self](caf::scheduled_actor*, caf::exit_msg&) { on_exit(self); });
  start_load(self);
  return {
      [self](const config_changed& change) {
        on_changed(self, change);
        return ack{};
      },
      [self](const ask_account& question) -> caf::result<account_status> {
        const auto found = self->state.mailboxes.find(question.account.str());
        if (found == self->state.mailboxes.end())
          return to_caf(fail(errc::not_found, "account '" + question.account.str() + "'"));
        if (!found->second.running)
          return found->second.last;
        return self->delegate(found->second.running, mailbox::ask_status{});
      },
      [self](const ask_accounts&) {
        account_statuses out;
        for (const auto& [id, child] : self->state.mailboxes)
          out.accounts.push_back(child.last);
        return out;
      },
      [self](const ask_overview&) { return overview_of(self->state); },
      [self](const submit_mail& wish) { return pass_to_outbox(self, wish); },
      [self](const change_mail& wish) { return pass_to_outbox(self, wish); },
      [self](const account_status& status) {
        if (auto found = self->state.mailboxes.find(status.account.str()); found != self->state.mailboxes.end())
          found->second.last = status;
      },
      [self](const outbox::may_retire& wish) { on_may_retire(self, wish); },
      [self](const config_loaded& loaded) { on_loaded(self, loaded); },
      [self](const account_read& read) { on_account(self, read); },
      [self](const provider_read& read) { on_provider(self, read); },
      [self](const restart_due& due) {
        auto found = self->state.mailboxes.find(due.account);
        if (found != self->state.mailboxes.end() && found->second.restart_number == due.number)
          start_mailbox(self, due.account);
      },
      [self](const provider_restart_due& due) {
        auto found = self->state.providers.find(due.provider);
        if (found != self->state.providers.end() && found->second.restart_number == due.number)
          put_provider(self, found->second.record);
      },
      [self](const outbox_restart_due& due) { on_outbox_restart(self, due); },
      [self](const load_again&) { start_load(self); },
  };
}

} // namespace postroom::tenant
