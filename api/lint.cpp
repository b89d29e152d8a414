#include "api/lint.hpp"

#include "api/router.hpp"
#include "api/store_calls.hpp"
#include "api/warnings.hpp"
#include "storage/account_lint.hpp"
#include "storage/grant_search.hpp"
#include "storage/provider_lint.hpp"
#include "storage/record_scan.hpp"
#include "storage/secrets.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <map>

namespace postroom::api {
namespace {

using many_warnings = std::vector<storage::lint_warnings>;

bool needs_all_grants(const records::Account& of) {
  return of.grant().empty();
}

many_warnings lint_in(const storage::snapshot& view, const tenant_id& tenant,
                      const std::vector<records::Account>& accounts) {
  std::map<std::string, records::Provider> providers;
  storage::grant_search grants;
  auto read = storage::for_each<records::Provider>(view, storage::space::config, storage::keys::providers(tenant),
                                                   [&](auto each) {
                                                     auto id = each.value.id();
                                                     providers.emplace(std::move(id), std::move(each.value));
                                                   });
  if (read && std::ranges::any_of(accounts, needs_all_grants))
    read = storage::for_each<records::Grant>(view, storage::space::config, storage::keys::grants(tenant),
                                             [&](const auto& each) { grants.add(each.value); });
  for (const auto& of : accounts) {
    if (needs_all_grants(of) || grants.by_id(of.grant()))
      continue;
    auto got = view.get(storage::keys::grant(tenant, grant_id{of.grant()}));
    if (!got || !*got)
      continue;
    if (const auto grant = storage::decode<records::Grant>(std::move(**got)))
      grants.add(grant->value);
  }
  many_warnings out(accounts.size());
  if (!read)
    return out;
  for (std::size_t i = 0; i < accounts.size(); ++i) {
    storage::account_relations with;
    if (const auto provider = providers.find(accounts[i].provider()); provider != providers.end())
      with.provider = &provider->second;
    with.grant = grants.of(accounts[i]);
    out[i] = storage::lint(accounts[i], with);
  }
  return out;
}

awaitable<response> get_provider_lint(const services& world, request& what) {
  const auto id = what.param("provider");
  const auto found = co_await fetch_existing<records::Provider>(
      world.store, storage::keys::provider(what.tenant, provider_id{id}), "provider '" + id + "'");
  if (!found)
    co_return refuse(found.error());
  const boost::json::object answer{{"provider", id}, {"warnings", warnings_json(lint_provider(world, found->value))}};
  co_return answer_json(boost::json::serialize(answer));
}

constexpr std::array routes{
    route{method::get, "/v1/providers/{provider}/lint", access::read, get_provider_lint},
};

} // namespace

storage::lint_warnings lint_provider(const services& world, const records::Provider& of) {
  const auto secret = storage::open_secret(world.keys, of, "client_secret");
  storage::provider_credentials with;
  if (secret)
    with.client_secret = &*secret;
  return storage::lint(of, with, world.time.now());
}

awaitable<many_warnings> lint_accounts(const services& world, tenant_id tenant,
                                       std::vector<records::Account> accounts) {
  std::function<many_warnings(const storage::snapshot&)> work = [tenant = std::move(tenant),
                                                                 accounts = std::move(accounts)](const auto& view) {
    return lint_in(view, tenant, accounts);
  };
  return on_snapshot(world.store, std::move(work));
}

std::span<const route> lint_routes() {
  return routes;
}

} // namespace postroom::api
