#include "api/import/import_plan.hpp"

#include "base/ascii.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "storage/account_lint.hpp"

#include <algorithm>
#include <utility>

namespace postroom::api {
namespace {

constexpr std::size_t id_digest_bytes = 12;

std::string address_of(const records::Account& of) {
  return ascii_lower(std::string_view{of.email()});
}

bool same_fields(const records::Account& a, const records::Account& b) {
  return std::ranges::all_of(storage::fields_of(storage::object_kind::account), [&](const auto& rule) {
    return storage::get_field(a, rule) == storage::get_field(b, rule);
  });
}

std::string folder_of(const records::Account& of) {
  return address_of(of) + '/' + of.folder();
}

} // namespace

std::string id_for_address(const tenant_id& tenant, std::string_view address) {
  const auto digest = sha256(tenant.str() + '\n' + ascii_lower(address));
  return "acc_" + base64url_encode(as_view(digest).substr(0, id_digest_bytes));
}

sought_accounts sought_by(const std::vector<account_row>& rows, const tenant_id& tenant) {
  sought_accounts out;
  for (const auto& each : rows) {
    if (!each.valid)
      continue;
    out.ids.insert(each.given.id().empty() ? id_for_address(tenant, each.given.email()) : each.given.id());
    if (!each.given.email().empty())
      out.addresses.insert(address_of(each.given));
    if (!each.given.key().empty())
      out.keys.insert(each.given.key());
  }
  return out;
}

void known_objects::add(storage::versioned<records::Account> account, const sought_accounts& sought) {
  const auto& of = account.value;
  const auto address = address_of(of);
  if (sought.keys.contains(of.key()))
    id_by_key.try_emplace(of.key(), of.id());
  if (sought.addresses.contains(address))
    ids_by_address[address].push_back(of.id());
  else if (!sought.ids.contains(of.id()))
    return;
  auto id = of.id();
  accounts.emplace(std::move(id), std::move(account));
}

std::optional<planned_account> import_planner::plan(account_row row) {
  if (!row.valid)
    return {}; // it was told and counted when it was read
  problems wrong;
  const bool by_address = row.given.id().empty();
  const auto* stored = find_stored(row, by_address, wrong);
  if (!wrong.empty())
    return refuse(row, std::move(wrong)); // nobody knows what it is about
  check_doubles(row, by_address, wrong);
  records::Account fresh;
  fresh.set_tenant(wish_.tenant.str());
  storage::set_initial(fresh);
  auto record = stored && wish_.update ? stored->value : fresh;
  row.apply_to(record);
  record.set_id(row.given.id());
  for (auto& each : check(record))
    wrong.push_back(std::move(each));
  if (!wrong.empty())
    return refuse(row, std::move(wrong));
  if (stored && same_fields(record, stored->value)) {
    ++report_.unchanged;
    note_warnings(row, record);
    return {};
  }
  if (stored && stored->value.declared())
    return refuse(row, {{"id", "is that of an account declared in the configuration file; change it there"}});
  if (stored && !wish_.update)
    return refuse(row, {{by_address ? "email" : "id", "is that of the account '" + row.given.id() +
                                                          "', which exists and differs; with update=true it is "
                                                          "changed"}});
  note_warnings(row, record);
  ++(stored ? report_.updated : report_.created);
  return planned_account{row.number, std::move(record), stored ? stored->rev : revision{0}};
}

const storage::versioned<records::Account>* import_planner::find_stored(account_row& row, bool by_address,
                                                                        problems& wrong) const {
  if (by_address) {
    const auto same = known_.ids_by_address.find(address_of(row.given));
    if (same != known_.ids_by_address.end() && same->second.size() > 1) {
      wrong.push_back({"email", "is that of several accounts: name the id of the one that is meant"});
      return nullptr;
    }
    row.given.set_id(same == known_.ids_by_address.end() ? id_for_address(wish_.tenant, row.given.email())
                                                         : same->second.front());
  }
  const auto found = known_.accounts.find(row.given.id());
  if (found == known_.accounts.end())
    return nullptr;
  if (by_address && address_of(found->second.value) != address_of(row.given)) {
    wrong.push_back({"email", "had an account that has another address now: name an id"});
    return nullptr;
  }
  return &found->second;
}

void import_planner::check_doubles(const account_row& row, bool by_address, problems& wrong) {
  if (by_address && row.given.email().empty())
    return;
  const auto [before, fresh] = row_by_id_.try_emplace(row.given.id(), row.number);
  if (!fresh)
    wrong.push_back({by_address ? "email" : "id", "is that of row " + std::to_string(before->second) + ", too"});
}

import_planner::problems import_planner::check(records::Account& of) const {
  const auto provider = known_.providers.find(of.provider());
  const auto* known_provider = provider == known_.providers.end() ? nullptr : &provider->second.value;
  storage::set_defaults(of, known_provider);
  auto wrong = storage::validate(of);
  // What is no id may be anything: it is not repeated by the words about references.
  if ((of.provider().empty() || is_valid_id(of.provider())) && (of.grant().empty() || is_valid_id(of.grant())))
    for (auto& each : storage::check_references(of, known_provider, known_.grants.by_id(of.grant())))
      wrong.push_back(std::move(each));
  return wrong;
}

void import_planner::note_warnings(const account_row& row, const records::Account& of) {
  storage::account_relations with;
  if (const auto provider = known_.providers.find(of.provider()); provider != known_.providers.end())
    with.provider = &provider->second.value;
  with.grant = known_.grants.of(of);
  if (!of.key().empty()) {
    const auto [here, fresh] = id_by_key_.try_emplace(of.key(), of.id());
    const auto elsewhere = known_.id_by_key.find(of.key());
    if (!fresh)
      with.key_taken_by = here->second;
    else if (elsewhere != known_.id_by_key.end() && elsewhere->second != of.id())
      with.key_taken_by = elsewhere->second;
  }
  const auto [here, fresh] = id_by_folder_.try_emplace(folder_of(of), of.id());
  if (!fresh)
    with.same_folder = here->second;
  else if (const auto same = known_.ids_by_address.find(address_of(of)); same != known_.ids_by_address.end())
    for (const auto& id : same->second)
      if (id != of.id() && known_.accounts.at(id).value.folder() == of.folder())
        with.same_folder = id;
  for (auto& each : storage::lint(of, with))
    report_.add_warning(row.number, std::move(each));
}

std::optional<planned_account> import_planner::refuse(const account_row& row, problems wrong) {
  for (auto& each : wrong)
    report_.add_error(row.number, std::move(each));
  ++report_.invalid;
  return {};
}

} // namespace postroom::api
