#include "app/config_lint.hpp"

#include "base/ascii.hpp"
#include "storage/account_lint.hpp"
#include "storage/grant_search.hpp"
#include "storage/provider_lint.hpp"

#include <map>
#include <utility>

namespace postroom::app {
namespace {

using id_in_tenant = std::pair<std::string, std::string>;

void add(std::vector<std::string>& into, const std::string& object, const storage::lint_warnings& of) {
  for (const auto& each : of)
    into.push_back(object + ": " + each.field + " " + each.problem + "\n  " + each.remedy);
}

/// Declared refresh tokens stand beside their records.
records::Grant with_secret(const declared_grant& of) {
  auto record = of.record;
  if (!of.secret_value.empty())
    record.set_refresh_token("declared");
  return record;
}

/// The account that was there before with the same words; empty for the first.
std::string seen_before(std::map<id_in_tenant, std::string>& seen, id_in_tenant what, const std::string& id) {
  const auto [at, fresh] = seen.try_emplace(std::move(what), id);
  return fresh ? std::string{} : at->second;
}

} // namespace

std::vector<std::string> lint(const configuration& of, wall_time now) {
  std::vector<std::string> out;
  std::map<id_in_tenant, const records::Provider*> providers;
  for (const auto& each : of.providers) {
    providers.emplace(id_in_tenant{each.record.tenant(), each.record.id()}, &each.record);
    storage::provider_credentials with;
    with.client_secret = &each.client_secret;
    with.has_certificate_key = !each.certificate_key.empty();
    with.has_proxy_password = !each.proxy_password.empty();
    add(out, "provider " + each.record.id(), storage::lint(each.record, with, now));
  }
  std::map<std::string, storage::grant_search> grants;
  for (const auto& each : of.grants)
    grants[each.record.tenant()].add(with_secret(each));
  std::map<id_in_tenant, std::string> keys;
  std::map<id_in_tenant, std::string> folders;
  for (const auto& each : of.accounts) {
    const auto provider = providers.find({each.tenant(), each.provider()});
    std::string key_taken_by;
    if (!each.key().empty())
      key_taken_by = seen_before(keys, {each.tenant(), each.key()}, each.id());
    const auto same_folder = seen_before(
        folders, {each.tenant(), ascii_lower(std::string_view{each.email()}) + '/' + each.folder()}, each.id());
    storage::account_relations with;
    with.provider = provider == providers.end() ? nullptr : provider->second;
    with.grant = grants[each.tenant()].of(each);
    with.key_taken_by = key_taken_by;
    with.same_folder = same_folder;
    add(out, "account " + each.id(), storage::lint(each, with));
  }
  return out;
}

} // namespace postroom::app
