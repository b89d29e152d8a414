#include "api/error_json.hpp"
#include "api/lint.hpp"
#include "api/objects.hpp"
#include "api/warnings.hpp"

#include "protocol/mime/utf8_text.hpp"

#include <array>

namespace postroom::api {
namespace {

using namespace std::chrono_literals;

/// A status is read from memory: an actor that needs longer is overloaded.
constexpr std::chrono::milliseconds status_limit = 5s;

boost::json::value optional_time(const std::optional<wall_time>& at) {
  return at ? boost::json::value(to_rfc3339(*at)) : boost::json::value{};
}

boost::json::object status_json(const account_status& of) {
  boost::json::object out{
      {"state", to_string(of.state)},
      {"since", of.since.time_since_epoch().count() == 0 ? boost::json::value{} : optional_time(of.since)},
      {"in_step", of.in_step},
      {"announced", of.announced},
      {"quarantined", of.quarantined},
      {"last_uid", of.last_uid},
      {"last_confirmed", optional_time(of.last_confirmed)},
      {"next_try", optional_time(of.next_try)},
      {"last_error", nullptr},
  };
  if (of.last_error)
    out["last_error"] = error_json(*of.last_error);
  return out;
}

/// Of an account that does not run (yet).
account_status resting(const records::Account& of) {
  account_status status;
  status.account = account_id{of.id()};
  status.tenant = tenant_id{of.tenant()};
  status.state = of.active() ? mailbox_state::waiting : mailbox_state::inactive;
  return status;
}

awaitable<result<account_status>> status_of(const services& world, const records::Account& of) {
  const ask_account question{tenant_id{of.tenant()}, account_id{of.id()}};
  auto status = co_await ask<account_status>(world.actors, world.gateway, status_limit, question);
  if (!status && (status.error().code == errc::not_found || status.error().code == errc::busy))
    co_return resting(of);
  co_return status;
}

struct account_resource {
  using record = records::Account;
  static constexpr auto kind = storage::object_kind::account;
  static constexpr auto change = config_changed::kind::account;

  static record fresh(const request& what) {
    record made;
    made.set_tenant(what.tenant.str());
    storage::set_initial(made);
    return made;
  }
  static storage::record_key key(const tenant_id& tenant, const std::string& id) {
    return storage::keys::account(tenant, account_id{id});
  }
  static std::string prefix(const tenant_id& tenant) { return storage::keys::accounts(tenant); }

  static awaitable<result<problems>> complete(const services& world, record& of, const object_input&,
                                              operations& conditions) {
    const tenant_id tenant{of.tenant()};
    const auto provider_key = storage::keys::provider(tenant, provider_id{of.provider()});
    const auto provider = co_await fetch<records::Provider>(world.store, provider_key);
    if (!provider)
      co_return provider.error();
    const auto grant_key = storage::keys::grant(tenant, grant_id{of.grant()});
    const auto grant = co_await fetch<records::Grant>(world.store, grant_key);
    if (!grant)
      co_return grant.error();
    const auto* known_provider = *provider ? &(*provider)->value : nullptr;
    storage::set_defaults(of, known_provider);
    auto wrong = storage::validate(of);
    for (auto& each : storage::check_references(of, known_provider, *grant ? &(*grant)->value : nullptr))
      wrong.push_back(std::move(each));
    // Not the grant: its revision grows with each token, and nothing is lost when it vanishes meanwhile.
    if (wrong.empty())
      conditions.emplace_back(storage::assert_revision{provider_key, (*provider)->rev});
    co_return wrong;
  }

  /// Mail that was accepted must not vanish with its account. The counters are written as they were read: a mail that
  /// is accepted meanwhile is a conflict here, and this is one for an outbox that accepts later. They stay, since the
  /// numbers of the mails must not be given twice.
  static awaitable<result<void>> may_remove(const services& world, const record& of, operations& conditions) {
    const tenant_id tenant{of.tenant()};
    const account_id account{of.id()};
    const auto key = storage::keys::outbox(tenant, account);
    const auto outbox = co_await fetch<records::Outbox>(world.store, key);
    if (!outbox)
      co_return outbox.error();
    const auto counts = *outbox ? (*outbox)->value : records::Outbox{};
    const auto waiting = counts.queued() + counts.deferred() + counts.held();
    if (waiting > 0)
      co_return fail(errc::conflict, std::to_string(waiting) + " mails wait in the outbox of account '" + of.id() +
                                         "': cancel them, or switch the account off instead");
    const auto known = *outbox ? (*outbox)->rev : revision{0};
    conditions.emplace_back(storage::put_of(key, counts, shard_of(of.id()), known));
    co_return result<void>{};
  }

  static awaitable<boost::json::array> show(const services& world, const tenant_id& tenant,
                                            std::vector<storage::versioned<record>> found) {
    std::map<std::string, account_status> known;
    if (found.size() == 1) {
      if (auto status = co_await status_of(world, found[0].value))
        known.emplace(found[0].value.id(), std::move(*status));
    } else if (!found.empty()) {
      const ask_accounts question{tenant};
      if (auto all = co_await ask<account_statuses>(world.actors, world.gateway, status_limit, question))
        for (auto& each : all->accounts)
          known.emplace(each.account.str(), std::move(each));
    }
    std::vector<records::Account> accounts;
    accounts.reserve(found.size());
    for (const auto& each : found)
      accounts.push_back(each.value);
    const auto warnings = co_await lint_accounts(world, tenant, std::move(accounts));
    boost::json::array out;
    for (const auto& each : found) {
      auto shown = describe(kind, each.value, each.rev);
      shown["warnings"] = warnings_json(warnings.at(out.size()));
      const auto status = known.find(each.value.id());
      shown["status"] = status_json(status == known.end() ? resting(each.value) : status->second);
      out.push_back(std::move(shown));
    }
    co_return out;
  }
};

awaitable<response> get_status(const services& world, request& what) {
  const auto found = co_await find_object<account_resource>(world, what);
  if (!found)
    co_return refuse(found.error());
  const auto status = co_await status_of(world, found->value);
  if (!status)
    co_return refuse(status.error());
  co_return answer_json(boost::json::serialize(status_json(*status)));
}

constexpr std::array routes{
    route{method::get, "/v1/accounts", access::read, list_objects<account_resource>},
    route{method::post, "/v1/accounts", access::write, create_object<account_resource>, true, true},
    route{method::get, "/v1/accounts/{account}", access::read, get_object<account_resource>},
    route{method::patch, "/v1/accounts/{account}", access::write, change_object<account_resource>, true, true},
    route{method::delete_, "/v1/accounts/{account}", access::write, remove_object<account_resource>},
    route{method::get, "/v1/accounts/{account}/status", access::read, get_status},
};

} // namespace

std::span<const route> account_routes() {
  return routes;
}

} // namespace postroom::api
