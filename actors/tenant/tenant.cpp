#include "actors/tenant/tenant.hpp"

#include "actors/bridge.hpp"
#include "actors/supervision.hpp"
#include "actors/tenant/diagnosing.hpp"
#include "actors/tenant/incidents.hpp"
#include "actors/tenant/outboxes.hpp"
#include "actors/tenant/providers.hpp"
#include "base/crypto.hpp"
#include "storage/directory.hpp"

#include <algorithm>

namespace postroom::tenant {
namespace {

using namespace std::chrono_literals;
constexpr auto load_retry = 2s;

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

/// What one account adds to the overview.
overview counted(const mailbox_child& child) {
  if (!child.record.active())
    return {};
  return {1, child.last.in_step ? 1U : 0U, child.last.state == mailbox_state::degraded ? 1U : 0U};
}

/// The differences of unsigned numbers wrap around as often as their sums.
void recount(overview& sum, const overview& before, const overview& after) {
  sum.mailboxes += after.mailboxes - before.mailboxes;
  sum.in_step += after.in_step - before.in_step;
  sum.degraded += after.degraded - before.degraded;
}

void note_status(state& s, mailbox_child& child, account_status status) {
  const auto before = counted(child);
  child.last = std::move(status);
  recount(s.counts, before, counted(child));
}

void note_record(state& s, mailbox_child& child, records::Account record) {
  const auto before = counted(child);
  child.record = std::move(record);
  recount(s.counts, before, counted(child));
}

void show(state& s, mailbox_child& child, mailbox_state now, std::optional<error> why) {
  auto status = child.last;
  status.state = now;
  status.since = s.world->time.now();
  status.in_step = false;
  status.last_error = std::move(why);
  note_status(s, child, std::move(status));
}

/// The target keeps the configured name; what has worked is only tried first.
void set_login_names(mailbox::assignment& task, const records::Account& record,
                     const std::map<std::string, std::string>& remembered) {
  const auto worked = remembered.find(record.id());
  const auto names = login_names_of(record, worked == remembered.end() ? std::string{} : worked->second);
  for (const auto& name : names)
    if (name != task.target.session.user)
      task.other_users.push_back(name);
  task.first_user = names.front() == task.target.session.user ? 0 : 1;
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
    show(s, child, mailbox_state::inactive, {});
    return;
  }
  const auto provider = s.providers.find(child.record.provider());
  auto task = provider == s.providers.end()
                  ? result<mailbox::assignment>{fail(errc::invalid_argument,
                                                     "provider '" + child.record.provider() + "' does not exist")}
                  : assign(child.record, provider->second.record, s.world->keys);
  if (!task) {
    show(s, child, mailbox_state::waiting, task.error());
    log::warning("account.not_runnable", {{"tenant", s.id.str()}, {"account", id}, {"detail", task.error().detail}});
    return;
  }
  set_login_names(*task, child.record, s.login_names);
  task->provider = provider->second.running;
  task->supervisor = mailbox_supervisor{tenant_actor{self}};
  child.started = s.world->time.ticks();
  child.running =
      self->system().spawn(mailbox::mailbox, std::make_shared<const mailbox::assignment>(std::move(*task)), s.world);
  s.accounts_by_actor[child.running.address()] = id;
  self->monitor(child.running);
  show(s, child, mailbox_state::waiting, {}); // until it says more
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

void end_if_empty(self_pointer self) {
  if (!self->state.accounts_by_actor.empty() || !self->state.outboxes_by_actor.empty())
    return;
  end_providers(self);
  self->quit(caf::exit_reason::user_shutdown);
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
  if (child.running.address() != down.source)
    return; // its account was removed and made anew: another one runs
  child.running = mailbox_actor{};
  if (child.replacing) {
    start_mailbox(self, found->first);
    return;
  }
  const auto delay = delay_of_restart(s, child);
  s.world->metrics.supervision.restarted("mailbox");
  show(s, child, child.failures.parked() ? mailbox_state::degraded : mailbox_state::waiting,
       fail(errc::internal, "the mailbox's actor failed: " + caf::to_string(down.reason)));
  log::error("mailbox.failed", {{"tenant", s.id.str()},
                                {"account", found->first},
                                {"reason", caf::to_string(down.reason)},
                                {"retry_ms", static_cast<std::int64_t>(delay.count())}});
  self->delayed_send(self, delay, restart_due{found->first, ++child.restart_number});
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

/// The provider's users begin anew with the new one.
void renew_provider(self_pointer self, records::Provider record) {
  const auto id = record.id();
  put_provider(self, std::move(record));
  if (self->state.loaded && !self->state.stopping)
    replace_users(self, id);
}

/// Its users go on, and those who wait try again.
void renew_credentials(self_pointer self, provider_child& child, const records::Provider& record) {
  child.record = record;
  tell(caf::actor_cast<provider::provider_self>(child.running),
       provider::credentials_changed{std::make_shared<const records::Provider>(record)});
  watch_provider(self, record);
  for (auto& [id, mailbox] : self->state.mailboxes)
    if (mailbox.record.provider() == record.id() && !mailbox.last.in_step)
      replace_mailbox(self, id);
  retry_outboxes(self);
}

void on_changed(self_pointer self, const config_changed& change);

void on_loaded(self_pointer self, const config_loaded& loaded) {
  auto& s = self->state;
  if (loaded.failed) {
    log::error("tenant.not_loaded", {{"tenant", s.id.str()}, {"detail", loaded.failed->detail}});
    self->delayed_send(self, load_retry, load_again{});
    return;
  }
  adopt_incidents(self, *loaded.config);
  s.login_names = std::move(loaded.config->login_names);
  for (auto& [id, record] : loaded.config->accounts)
    note_record(s, s.mailboxes[id], record);
  for (auto& [id, record] : loaded.config->providers)
    put_provider(self, record);
  s.loaded = true;
  watch_expiries(self);
  for (auto& [id, child] : s.mailboxes)
    start_mailbox(self, id);
  adopt_outboxes(self, loaded.config->outboxes);
  log::info("tenant.started", {{"tenant", s.id.str()},
                               {"providers", static_cast<std::int64_t>(s.providers.size())},
                               {"accounts", static_cast<std::int64_t>(s.mailboxes.size())}});
  for (const auto& change : std::exchange(s.early, {}))
    on_changed(self, change);
  if (!is_reading(s))
    s.held.release();
}

/// Lost, it is found out again, or is of no use.
void commit_login_name(self_pointer self, const std::string& account, storage::operation what) {
  auto batch = std::make_shared<storage::batch>();
  batch->id = random_id128<batch_id>();
  batch->relies_on.push_back(self->state.world->owned.fence_of(account));
  batch->operations.push_back(std::move(what));
  self->request(self->state.world->archive, 2min, commit_request{std::move(batch), true})
      .then([](const commit_answer&) {}, [](const caf::error&) {});
}

/// It was another mailbox's.
void forget_login_name(self_pointer self, const std::string& account) {
  if (self->state.login_names.erase(account) > 0)
    commit_login_name(self, account,
                      storage::erase{storage::keys::login_names(self->state.id, account_id{account}), {}});
}

void on_account(self_pointer self, const account_read& read) {
  auto& s = self->state;
  if (read.account) {
    auto& child = s.mailboxes[read.id];
    if (login_names_of(child.record, {}) != login_names_of(*read.account, {}))
      forget_login_name(self, read.id);
    note_record(s, child, *read.account);
    replace_mailbox(self, read.id);
    replace_outbox(self, read.id);
    return;
  }
  end_outbox(self, read.id);
  forget_login_name(self, read.id);
  s.refused_since.erase(read.id);
  forget_incident(self, incidents::subject::kind::account, read.id);
  auto node = s.mailboxes.extract(read.id);
  if (!node)
    return;
  recount(s.counts, counted(node.mapped()), {});
  if (node.mapped().running)
    caf::anon_send_exit(node.mapped().running, caf::exit_reason::user_shutdown);
}

void on_provider(self_pointer self, const provider_read& read) {
  auto& s = self->state;
  if (read.provider) {
    const auto known = s.providers.find(read.id);
    if (known != s.providers.end() && known->second.running &&
        provider::differ_in_credentials_only(known->second.record, *read.provider))
      renew_credentials(self, known->second, *read.provider);
    else
      renew_provider(self, *read.provider);
    return;
  }
  forget_provider(self, read.id);
  s.world->metrics.token.secret_expires(s.id.str(), read.id, {});
  if (auto node = s.providers.extract(read.id))
    end_provider(self, node.mapped());
  replace_users(self, read.id);
}

bool is_name_of(const records::Account& account, const std::string& name) {
  const auto all = login_names_of(account, {});
  return std::ranges::find(all, name) != all.end();
}

/// The server knows the mailbox by another name than the configured one: after the next start that is tried first.
void remember_login_name(self_pointer self, const account_status& status) {
  auto& s = self->state;
  const auto id = status.account.str();
  if (!status.in_step || status.login_name.empty())
    return;
  // It may be the last word of one that is being replaced.
  const auto account = s.mailboxes.find(id);
  if (account == s.mailboxes.end() || !is_name_of(account->second.record, status.login_name))
    return;
  auto& known = s.login_names[id];
  if (std::exchange(known, status.login_name) == status.login_name)
    return;
  log::info("account.login_name_found", {{"tenant", s.id.str()}, {"account", id}, {"user", status.login_name}});
  records::LoginNames names;
  names.set_tenant(s.id.str());
  names.set_account(id);
  names.set_imap_user(status.login_name);
  names.set_updated_ms(s.world->time.now().time_since_epoch().count());
  commit_login_name(self, id, storage::put_of(storage::key_of(names), names));
}

/// Whoever waits for a sign-in tries again at once.
void on_sign_in_changed(self_pointer self) {
  for (auto& [id, child] : self->state.mailboxes)
    if (!child.last.in_step)
      replace_mailbox(self, id);
  retry_outboxes(self);
}

/// A grant was written or removed by others: providers forget what they knew.
void on_grant_changed(self_pointer self, const config_changed& change) {
  for (auto& [id, provider] : self->state.providers)
    if (provider.running)
      tell(provider.running, config_changed{change});
  on_sign_in_changed(self);
}

template <class Record, class Read>
void read_again(self_pointer self, storage::record_key key, const std::string& id,
                std::shared_ptr<Record> Read::*field) {
  ++self->state.reading;
  const tenant_actor me{self};
  storage::get<Record>(self->state.world->store, std::move(key), [me, id, field](auto got) {
    Read answer;
    answer.id = id;
    answer.failed = !got;
    if (!got)
      log::error("config.not_read", {{"id", id}, {"detail", got.error().detail}});
    else if (*got)
      answer.*field = std::make_shared<Record>(std::move((*got)->value));
    tell(me, std::move(answer));
  });
}

/// Takes in what was read, or has it read again later, and answers those who waited for it.
template <class Read>
void on_read(self_pointer self, const Read& read, config_changed::kind what, void (*take)(self_pointer, const Read&)) {
  auto& s = self->state;
  s.reading -= s.reading > 0 ? 1 : 0;
  if (read.failed)
    self->delayed_send(self, load_retry, change_again{{what, s.id, read.id}});
  else
    take(self, read);
  if (!is_reading(s))
    s.held.release();
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
  auto out = s.counts;
  out.configuration_loaded = s.loaded;
  return out;
}

template <class Wish>
caf::result<mail_answer> pass_to_outbox(self_pointer self, const Wish& wish) {
  const auto outbox = outbox_for(self, wish.account);
  if (!outbox && is_reading(self->state))
    return self->state.held.hold<mail_answer>(self, tenant_actor{self}, wish);
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
  s.book = incidents::incident_book{s.id};
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
      [self](const plan_sign_in& wish) { return ask_provider_for<sign_in_plan>(self, wish); },
      [self](const redeem_code& wish) { return ask_provider_for<signed_in>(self, wish); },
      [self](const begin_device_sign_in& wish) { return ask_provider_for<device_sign_in>(self, wish); },
      [self](const ask_device_sign_in& wish) { return ask_provider_for<device_sign_in>(self, wish); },
      [self](const revoke_grant& wish) { return ask_provider_for<grant_revoked>(self, wish); },
      [self](const ask_provider& wish) { return ask_provider_for<provider_status>(self, wish); },
      [self](const diagnose_account& wish) { return diagnose(self, wish); },
      [self](const account_status& status) {
        if (auto found = self->state.mailboxes.find(status.account.str()); found != self->state.mailboxes.end())
          note_status(self->state, found->second, status);
        watch_account(self, status);
        remember_login_name(self, status);
      },
      [self](const provider::report& report) {
        on_report(self, report);
        if (report.sign_in_changed)
          on_sign_in_changed(self);
      },
      [self](const outbox::may_retire& wish) { on_may_retire(self, wish); },
      [self](const config_loaded& loaded) { on_loaded(self, loaded); },
      [self](const account_read& read) { on_read(self, read, config_changed::kind::account, on_account); },
      [self](const provider_read& read) { on_read(self, read, config_changed::kind::provider, on_provider); },
      [self](const incidents_read& read) { on_incidents(self, read); },
      [self](const restart_due& due) {
        auto found = self->state.mailboxes.find(due.account);
        if (found != self->state.mailboxes.end() && found->second.restart_number == due.number)
          start_mailbox(self, due.account);
      },
      [self](const provider_restart_due& due) {
        auto found = self->state.providers.find(due.provider);
        if (found != self->state.providers.end() && found->second.restart_number == due.number)
          renew_provider(self, found->second.record);
      },
      [self](const outbox_restart_due& due) { on_outbox_restart(self, due); },
      [self](const load_again&) { start_load(self); },
      [self](const watch_due&) { watch_expiries(self); },
      [self](const change_again& change) { on_changed(self, change.what); },
  };
}

} // namespace postroom::tenant
