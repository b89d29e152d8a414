#include "actors/tenant/incidents.hpp"

#include "actors/bridge.hpp"
#include "actors/tenant/providers.hpp"
#include "actors/tenant/tenant_config.hpp"
#include "base/certificate.hpp"
#include "base/crypto.hpp"
#include "base/log.hpp"

#include <algorithm>
#include <utility>

namespace postroom::tenant {
namespace {

using namespace std::chrono_literals;
using incidents::subject;

constexpr auto commit_limit = 2min;
constexpr auto look_every = 24h;
/// A login that is refused once may be accepted with a fresh token a moment later.
constexpr auto patience = 60s;

subject provider_subject(const state& s, const std::string& id) {
  subject out;
  out.what = subject::kind::provider;
  out.id = id;
  out.provider = id;
  out.accounts_affected = accounts_of(s, id, {}, {});
  out.accounts_count = out.accounts_affected.size();
  return out;
}

/// Enough to be found by, without those who use it.
subject bare_subject(subject::kind what, const std::string& id) {
  subject out;
  out.what = what;
  out.id = id;
  return out;
}

subject bare_subject(const provider::report& of) {
  return of.grant.empty() ? bare_subject(subject::kind::provider, of.provider)
                          : bare_subject(subject::kind::grant, of.grant);
}

subject grant_subject(const state& s, const provider::report& of) {
  subject out;
  out.what = subject::kind::grant;
  out.id = of.grant;
  out.provider = of.provider;
  out.delegate = of.delegate;
  out.accounts_affected = accounts_of(s, of.provider, of.grant, of.delegate);
  out.accounts_count = out.accounts_affected.size();
  return out;
}

subject account_subject(const records::Account& of) {
  subject out;
  out.what = subject::kind::account;
  out.id = of.id();
  out.provider = of.provider();
  out.delegate = of.delegate();
  out.accounts_affected = {of.id()};
  out.accounts_count = 1;
  return out;
}

/// The certificate counts where there is one: it is used before the secret.
struct credential_end {
  std::string_view what;
  wall_time at{};
};
std::optional<credential_end> end_of(const records::Provider& of) {
  if (!of.certificate().empty())
    if (const auto facts = read_certificate(of.certificate()))
      return credential_end{"certificate", facts->not_after};
  if (of.client_secret_expires_ms() != 0)
    return credential_end{"client_secret", wall_time{std::chrono::milliseconds{of.client_secret_expires_ms()}}};
  return {};
}

std::string_view kind_of(const subject& who) {
  constexpr std::string_view names[] = {"provider", "grant", "account"};
  return names[static_cast<std::size_t>(who.what)];
}

/// The commit is done: what people were told of is counted.
void count_incident(state& s, const subject& who, bool was_open) {
  const bool is_open = s.book.find(who) != nullptr;
  if (is_open && !was_open)
    s.world->metrics.token.incident_opened(kind_of(who));
  else if (was_open && !is_open)
    s.world->metrics.token.incident_closed(kind_of(who));
}

void read_incidents(self_pointer self, const subject& who, bool was_open, bool again) {
  const tenant_actor me{self};
  load_incidents(self->state.world->store, self->state.id, to_string(who), [me, who, was_open, again](auto found) {
    incidents_read answer{who, was_open, again, {}};
    if (found)
      answer.found = std::make_shared<const std::vector<storage::versioned<records::Incident>>>(std::move(*found));
    tell(me, std::move(answer));
  });
}

/// `again`: it was refused before.
void carry_out(self_pointer self, const subject& who, std::optional<incidents::change> change, bool again = false) {
  if (!change)
    return;
  auto& s = self->state;
  const bool was_open = s.book.find(who) != nullptr;
  auto batch = std::make_shared<storage::batch>();
  batch->id = random_id128<batch_id>();
  batch->relies_on.push_back(s.world->owned.fence_of(s.id.str()));
  batch->operations = std::move(change->operations);
  if (!change->event_type.empty())
    log::warning("incident." + change->event_type,
                 {{"tenant", s.id.str()}, {"subject", to_string(who)}, {"accounts", who.accounts_count}});
  self->request(s.world->archive, commit_limit, commit_request{std::move(batch)})
      .then(
          [self, who, was_open, again, type = change->event_type](const commit_answer& done) {
            if (done.result->outcome == storage::outcome::conflict) {
              read_incidents(self, who, was_open, again);
              return;
            }
            const bool stored = done.result->outcome == storage::outcome::committed;
            if (stored && !type.empty())
              self->state.world->metrics.mailbox.event(type);
            auto next = self->state.book.committed(who, stored);
            count_incident(self->state, who, was_open);
            carry_out(self, who, std::move(next));
          },
          // It may be stored all the same.
          [self, who, was_open, again](const caf::error&) { read_incidents(self, who, was_open, again); });
}

/// Faults of one mailbox that a person must act on.
bool concerns_account(errc code) {
  switch (code) {
  case errc::auth_rejected:
  case errc::mailbox_not_connected:
  case errc::folder_unavailable:
  case errc::grant_dead:
    return true;
  default:
    return false;
  }
}

/// The fault is told of the provider or the grant already.
bool is_told(const state& s, const records::Account& of) {
  if (s.book.find(bare_subject(subject::kind::provider, of.provider())))
    return true;
  return std::ranges::any_of(s.failing_grants, [&of](const auto& each) {
    return each.second.provider == of.provider() && uses(of, each.first, each.second.delegate);
  });
}

void close_account(self_pointer self, const records::Account& of) {
  auto& s = self->state;
  s.refused_since.erase(of.id());
  if (!s.book.find(bare_subject(subject::kind::account, of.id())))
    return;
  const auto who = account_subject(of);
  carry_out(self, who, s.book.recovered(who, s.world->time.now()));
}

void forget_grant(self_pointer self, const std::string& id) {
  self->state.failing_grants.erase(id);
  forget_incident(self, subject::kind::grant, id);
}

/// Of `grant/andrea/refresh_token` it is the grant.
subject subject_of(const records::Incident& stored) {
  const auto& text = stored.subject();
  const auto slash = text.find('/');
  const auto kind = text.substr(0, slash);
  const auto what = kind == "provider" ? subject::kind::provider
                    : kind == "grant"  ? subject::kind::grant
                                       : subject::kind::account;
  return bare_subject(what, text.substr(slash + 1, text.find('/', slash + 1) - slash - 1));
}

bool exists(const tenant_config& config, const subject& who) {
  switch (who.what) {
  case subject::kind::provider:
    return config.providers.contains(who.id);
  case subject::kind::grant:
    return !config.gone_grants.contains(who.id);
  case subject::kind::account:
    break;
  }
  return config.accounts.contains(who.id);
}

} // namespace

void adopt_incidents(self_pointer self, tenant_config& loaded) {
  auto& s = self->state;
  std::vector<subject> gone;
  for (auto& each : loaded.incidents) {
    if (auto who = subject_of(each.value); !exists(loaded, who))
      gone.push_back(std::move(who));
    const auto kind = each.value.subject().substr(0, each.value.subject().find('/'));
    if (!each.value.code().empty())
      s.world->metrics.token.incident_opened(kind);
    s.book.load(std::move(each.value), each.rev);
  }
  for (const auto& who : gone)
    carry_out(self, who, s.book.forget(who));
}

void on_report(self_pointer self, const provider::report& report) {
  auto& s = self->state;
  const auto now = s.world->time.now();
  if (report.gone) {
    forget_grant(self, report.grant);
    return;
  }
  if (!report.grant.empty()) {
    if (report.failure)
      s.failing_grants[report.grant] = report;
    else
      s.failing_grants.erase(report.grant);
  }
  // Thousands say after a start that they work: who uses them is looked up only where that is news.
  if (!report.failure && !s.book.knows(bare_subject(report)))
    return;
  const auto who = report.grant.empty() ? provider_subject(s, report.provider) : grant_subject(s, report);
  carry_out(self, who, report.failure ? s.book.failed(who, *report.failure, now) : s.book.recovered(who, now));
}

void on_incidents(self_pointer self, const incidents_read& read) {
  auto& s = self->state;
  if (!read.found) {
    carry_out(self, read.who, s.book.committed(read.who, false));
    return;
  }
  // Whoever is refused twice does not fight for it.
  auto next = s.book.read_again(read.who, *read.found, !read.again);
  count_incident(s, read.who, read.was_open);
  carry_out(self, read.who, std::move(next), true);
}

void watch_account(self_pointer self, const account_status& status) {
  auto& s = self->state;
  const auto found = s.mailboxes.find(status.account.str());
  if (found == s.mailboxes.end())
    return;
  const auto& record = found->second.record;
  if (status.in_step) {
    close_account(self, record);
    return;
  }
  if (!status.last_error || !concerns_account(status.last_error->code))
    return;
  const auto now = s.world->time.ticks();
  const auto since = s.refused_since.try_emplace(record.id(), now).first->second;
  if (now - since < patience || is_told(s, record))
    return;
  const auto who = account_subject(record);
  carry_out(self, who, s.book.failed(who, *status.last_error, s.world->time.now()));
}

void watch_provider(self_pointer self, const records::Provider& provider) {
  auto& s = self->state;
  const auto end = end_of(provider);
  s.world->metrics.token.secret_expires(s.id.str(), provider.id(), end ? std::optional{end->at} : std::nullopt);
  if (!s.loaded)
    return;
  const auto who = provider_subject(s, provider.id());
  for (const std::string_view what : {"certificate", "client_secret"}) {
    const bool in_force = end && end->what == what;
    carry_out(self, who, s.book.expires(who, what, in_force ? end->at : wall_time::max(), s.world->time.now()));
  }
}

void watch_expiries(self_pointer self) {
  auto& s = self->state;
  for (const auto& [id, child] : s.providers)
    watch_provider(self, child.record);
  for (const auto& [grant, report] : s.failing_grants)
    if (report.dies) {
      const auto who = grant_subject(s, report);
      carry_out(self, who, s.book.expires(who, "refresh_token", *report.dies, s.world->time.now()));
    }
  self->delayed_send(self, look_every, watch_due{});
}

void forget_incident(self_pointer self, subject::kind what, const std::string& id) {
  const auto who = bare_subject(what, id);
  carry_out(self, who, self->state.book.forget(who));
}

void forget_provider(self_pointer self, const std::string& id) {
  forget_incident(self, subject::kind::provider, id);
  std::vector<std::string> grants;
  for (const auto& [grant, report] : self->state.failing_grants)
    if (report.provider == id)
      grants.push_back(grant);
  for (const auto& grant : grants)
    forget_grant(self, grant);
}

} // namespace postroom::tenant
