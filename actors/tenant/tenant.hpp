#pragma once

#include "actors/doctor/doctor.hpp"
#include "actors/held_questions.hpp"
#include "actors/incidents/incident_book.hpp"
#include "actors/ports.hpp"
#include "actors/provider/provider.hpp"
#include "actors/tenant/tenant_config.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <map>
#include <memory>
#include <optional>

namespace postroom::tenant {

/// The stored configuration was read, or could not be.
struct config_loaded {
  std::shared_ptr<tenant_config> config;
  std::optional<error> failed;
};
/// One object was read again after a change; nothing: it was removed.
struct account_read {
  std::string id;
  std::shared_ptr<records::Account> account;
  bool failed = false; ///< it could not be read
};
struct provider_read {
  std::string id;
  std::shared_ptr<records::Provider> provider;
  bool failed = false;
};
/// What is stored of a subject's incidents was read again, after a change of them was refused.
struct incidents_read {
  incidents::subject who;
  bool was_open = false; ///< before the change
  bool again = false;    ///< the change had been refused before
  std::shared_ptr<const std::vector<storage::versioned<records::Incident>>> found; ///< null: it could not be read
};
/// A child's restart is due; one with an old number is ignored.
struct restart_due {
  std::string account;
  std::uint64_t number = 0;
};
struct provider_restart_due {
  std::string provider;
  std::uint64_t number = 0;
};
struct outbox_restart_due {
  std::string account;
  std::uint64_t number = 0;
};
struct load_again {};
/// Time to look at what expires.
struct watch_due {};
/// A changed object could not be read: another try.
struct change_again {
  config_changed what;
};

} // namespace postroom::tenant

namespace postroom {

/// The TENANT: runs the providers and mailboxes of one customer. Ends, children first, on an exit message.
using tenant_actor = caf::typed_actor<
    // Answers when the change is on its way.
    answers<ack, config_changed>,
    // Answers where one account stands.
    answers<account_status, ask_account>,
    // Answers where all accounts stand.
    answers<account_statuses, ask_accounts>,
    // Answers the counts of this tenant.
    answers<overview, ask_overview>,
    // Answers when the mail is stored for sending.
    answers<mail_answer, submit_mail>,
    // Answers when the change of a mail is stored.
    answers<mail_answer, change_mail>,
    // Go to a provider; the accounts are filled in.
    answers<sign_in_plan, plan_sign_in>, answers<signed_in, redeem_code>, answers<device_sign_in, begin_device_sign_in>,
    answers<device_sign_in, ask_device_sign_in>, answers<grant_revoked, revoke_grant>,
    answers<provider_status, ask_provider>,
    // Answers when the doctor is done; busy when the account was looked into a moment ago.
    answers<diagnosis, diagnose_account>,
    // A mailbox's state changed.
    accepts<account_status>,
    // A provider's, or one of its grants'.
    accepts<provider::report>,
    // An outbox has nothing to do.
    accepts<outbox::may_retire>,
    // INTERNAL: from the store.
    accepts<tenant::config_loaded>, accepts<tenant::account_read>, accepts<tenant::provider_read>,
    accepts<tenant::incidents_read>,
    // INTERNAL: timers.
    accepts<tenant::restart_due>, accepts<tenant::provider_restart_due>, accepts<tenant::outbox_restart_due>,
    accepts<tenant::load_again>, accepts<tenant::watch_due>, accepts<tenant::change_again>>;

} // namespace postroom

namespace postroom::tenant {

/// One account: what is wanted, and what runs.
struct mailbox_child {
  records::Account record;
  mailbox_actor running;
  account_status last;
  restart_policy failures;
  mono_time started{};
  std::uint64_t restart_number = 0;
  bool replacing = false; ///< ended on purpose, to be started anew
};

struct provider_child {
  records::Provider record;
  provider_actor running;
  restart_policy failures;
  mono_time started{};
  std::uint64_t restart_number = 0;
};

/// When the doctor looked, and when it last climbed the ladder of probes.
struct examination {
  mono_time at{};
  mono_time ladder{};
};

struct outbox_child {
  outbox_actor running;
  std::uint64_t requests = 0; ///< passed on to the one that runs
  restart_policy failures;
  mono_time started{};
  std::uint64_t restart_number = 0;
  bool replacing = false;
};

struct state {
  static inline constexpr const char* name = "postroom.tenant";
  tenant_id id;
  const ports* world = nullptr;
  std::map<std::string, provider_child, std::less<>> providers;
  std::map<std::string, mailbox_child, std::less<>> mailboxes;
  std::map<std::string, outbox_child, std::less<>> outboxes; ///< by account; those with something to do
  std::map<caf::actor_addr, std::string> accounts_by_actor;
  std::map<caf::actor_addr, std::string> outboxes_by_actor;
  std::map<caf::actor_addr, std::string> providers_by_actor;
  incidents::incident_book book{{}};
  std::map<std::string, provider::report> failing_grants; ///< the last report of each
  std::map<std::string, mono_time> refused_since;         ///< by account
  std::map<std::string, examination> examined;            ///< by account
  std::map<std::string, std::string> login_names;         ///< by account, where it is not the configured one
  std::vector<config_changed> early; ///< came while the configuration was being read: it may not show them yet
  overview counts;                   ///< of `mailboxes`, kept as they change: it is asked for often, and they are many
  std::minstd_rand random;
  std::size_t reading = 0; ///< objects that are being read after a change
  held_questions held;
  bool loaded = false;
  bool stopping = false;
};

/// How long a child that has failed stays away. One that ran five minutes is forgiven what went before.
template <class Child>
auto delay_of_restart(state& s, Child& child) {
  constexpr auto stable_after = std::chrono::minutes{5};
  if (s.world->time.ticks() - child.started >= stable_after)
    child.failures.worked();
  return child.failures.failed(std::uniform_real_distribution<double>{}(s.random));
}

/// What a question is about may be there in a moment.
[[nodiscard]] inline bool is_reading(const state& s) {
  return !s.loaded || s.reading > 0;
}

/// Spawn with `system.spawn(tenant::tenant, id, world)`; `world` outlives the actor system.
tenant_actor::behavior_type tenant(tenant_actor::stateful_pointer<state> self, tenant_id id, const ports* world);

} // namespace postroom::tenant

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::tenant::config_loaded)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::tenant::account_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::tenant::provider_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::tenant::incidents_read)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::tenant::restart_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::tenant::provider_restart_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::tenant::outbox_restart_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::tenant::load_again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::tenant::watch_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(postroom::tenant::change_again)
