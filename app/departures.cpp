#include "app/departures.hpp"

#include "storage/blocking.hpp"
#include "storage/grant_search.hpp"

#include <optional>
#include <set>
#include <utility>

namespace postroom::app {
namespace {

using storage::object_kind;
using name_in_tenant = std::pair<std::string, std::string>;

template <class T>
result<void> read_kind(storage::store& from, const std::string& prefix, stored_by_key<T>& into) {
  auto all = storage::list_all<T>(from, storage::space::config, prefix);
  if (!all)
    return all.error();
  for (auto& each : *all) {
    auto key = each.key;
    into.emplace(std::move(key), std::move(each));
  }
  return {};
}

std::string shown(const records::Tenant& of) {
  return of.id();
}
template <class T>
std::string shown(const T& of) {
  return of.tenant() + '/' + of.id();
}

/// Goes through the kinds from what refers to others to what is only referred to.
class departure_planner {
public:
  departure_planner(storage::store& store, const stored_objects& stored, const configuration& config, wall_time now)
      : store_(store), stored_(stored), config_(config), now_ms_(now.time_since_epoch().count()) {
    for (const auto& each : config.tenants)
      wanted_.insert(storage::key_of(each).key);
    for (const auto& each : config.providers)
      wanted_.insert(storage::key_of(each.record).key);
    for (const auto& each : config.grants)
      wanted_.insert(storage::key_of(each.record).key);
    for (const auto& each : config.accounts)
      wanted_.insert(storage::key_of(each).key);
  }

  result<departures> plan() {
    if (auto done = accounts(); !done)
      return done.error();
    find_grant_users();
    grants();
    providers();
    tenants();
    return std::move(out_);
  }

private:
  using outbox_record = std::optional<storage::versioned<records::Outbox>>;

  result<void> accounts() {
    for (const auto& [key, each] : stored_.accounts) {
      if (!leaves(key, each.value)) {
        if (!wanted_.contains(key))
          stays(each.value);
        continue;
      }
      const auto where = storage::keys::outbox(tenant_id{each.value.tenant()}, account_id{each.value.id()});
      const auto outbox = storage::wait_for<result<outbox_record>>(
          [&](auto done) { storage::get<records::Outbox>(store_, where, done); });
      if (!outbox)
        return outbox.error();
      out_.changes.emplace_back(storage::assert_revision{where, *outbox ? (*outbox)->rev : revision{0}});
      if (*outbox && has_work((*outbox)->value))
        keep_off(each, (*outbox)->value);
      else
        remove(object_kind::account, each);
    }
    return {};
  }

  static std::uint64_t waiting(const records::Outbox& of) { return of.queued() + of.deferred() + of.held(); }
  static bool has_work(const records::Outbox& of) { return waiting(of) > 0 || of.in_flight() != 0; }

  void keep_off(const storage::versioned<records::Account>& what, const records::Outbox& outbox) {
    auto account = what.value;
    account.set_active(false);
    stays(account);
    keep(object_kind::account, std::move(account), what.rev,
         "left the file while " + std::to_string(waiting(outbox)) + " mails wait in its outbox; it is switched off",
         "to send them, declare it again, or switch it on by the API; to give them up, cancel them, then remove the "
         "account by the API");
  }

  void find_grant_users() {
    std::map<std::string, storage::grant_search> staying;
    std::map<std::string, storage::grant_search> leaving;
    for (const auto& each : config_.grants) // they may be new
      staying[each.record.tenant()].add(each.record);
    for (const auto& [key, each] : stored_.grants)
      (leaves(key, each.value) ? leaving : staying)[each.value.tenant()].add(each.value);
    for (const auto& account : staying_accounts_)
      // One of the same person that stays takes its place.
      if (!staying[account.tenant()].of(account))
        if (const auto* grant = leaving[account.tenant()].of(account))
          grant_users_.emplace(name_in_tenant{account.tenant(), grant->id()}, "account " + account.id());
  }

  void grants() {
    for (const auto& [key, each] : stored_.grants) {
      const auto user = grant_users_.find({each.value.tenant(), each.value.id()});
      if (!leaves(key, each.value)) {
        if (!wanted_.contains(key))
          stays(each.value);
      } else if (user == grant_users_.end()) {
        remove(object_kind::grant, each);
      } else {
        stays(each.value);
        keep_for(object_kind::grant, each, user->second);
      }
    }
  }

  void providers() {
    for (const auto& [key, each] : stored_.providers) {
      const auto user = provider_users_.find({each.value.tenant(), each.value.id()});
      if (!leaves(key, each.value)) {
        if (!wanted_.contains(key))
          tenant_users_.emplace(each.value.tenant(), "provider " + each.value.id());
      } else if (user == provider_users_.end()) {
        remove(object_kind::provider, each);
      } else {
        keep_for(object_kind::provider, each, user->second);
      }
    }
  }

  void tenants() {
    for (const auto& [key, each] : stored_.tenants) {
      if (!leaves(key, each.value))
        continue;
      if (const auto user = tenant_users_.find(each.value.id()); user != tenant_users_.end())
        keep_for(object_kind::tenant, each, user->second);
      else
        remove(object_kind::tenant, each);
    }
  }

  template <class T>
  bool leaves(const std::string& key, const T& stored) const {
    return stored.declared() && !wanted_.contains(key);
  }

  /// Not in the file, and there afterwards. What is in the file refers only to what is there, too.
  void stays(const records::Account& account) {
    staying_accounts_.push_back(account);
    provider_users_.emplace(name_in_tenant{account.tenant(), account.provider()}, "account " + account.id());
    tenant_users_.emplace(account.tenant(), "account " + account.id());
  }
  void stays(const records::Grant& grant) {
    provider_users_.emplace(name_in_tenant{grant.tenant(), grant.provider()}, "grant " + grant.id());
    tenant_users_.emplace(grant.tenant(), "grant " + grant.id());
  }

  template <class T>
  void keep_for(object_kind kind, const storage::versioned<T>& what, const std::string& user) {
    keep(kind, what.value, what.rev, "left the file, but " + user + " needs it",
         "declare it again, or change what needs it and then remove it by the API");
  }

  template <class T>
  void keep(object_kind kind, T value, revision rev, std::string why, std::string remedy) {
    value.set_declared(false);
    value.set_updated_ms(now_ms_);
    out_.changes.emplace_back(storage::put_config(value, rev));
    out_.kept.push_back({kind, shown(value), std::move(why), std::move(remedy)});
  }

  template <class T>
  void remove(object_kind kind, const storage::versioned<T>& what) {
    out_.changes.emplace_back(storage::erase{storage::key_of(what.value), what.rev});
    out_.removed[kind].push_back(shown(what.value));
  }

  storage::store& store_;
  const stored_objects& stored_;
  const configuration& config_;
  const std::int64_t now_ms_;
  std::set<std::string> wanted_; ///< keys of what is in the file
  std::vector<records::Account> staying_accounts_;
  /// Who needs what, one of possibly many.
  std::map<name_in_tenant, std::string> grant_users_;
  std::map<name_in_tenant, std::string> provider_users_;
  std::map<std::string, std::string> tenant_users_;
  departures out_;
};

} // namespace

result<stored_objects> read_stored_objects(storage::store& from) {
  stored_objects out;
  auto read = read_kind(from, storage::keys::tenants(), out.tenants);
  if (read)
    read = read_kind(from, storage::keys::providers(), out.providers);
  if (read)
    read = read_kind(from, storage::keys::grants(), out.grants);
  if (read)
    read = read_kind(from, storage::keys::accounts(), out.accounts);
  return read ? result<stored_objects>{std::move(out)} : read.error();
}

result<departures> plan_departures(storage::store& store, const stored_objects& stored, const configuration& config,
                                   wall_time now) {
  return departure_planner{store, stored, config, now}.plan();
}

} // namespace postroom::app
