#include "api/import/import_store.hpp"

#include "actors/bridge.hpp"
#include "api/objects.hpp"
#include "api/store_calls.hpp"
#include "storage/record_scan.hpp"

#include <algorithm>
#include <set>
#include <span>

namespace postroom::api {
namespace {

using namespace std::chrono_literals;
using known_answer = result<std::shared_ptr<known_objects>>;

/// The gateway only passes a change on; a tenant that is slower than this is loading, and will read all by itself.
constexpr std::chrono::milliseconds announce_limit = 10s;

known_answer read_known(const storage::snapshot& view, const tenant_id& tenant, const sought_accounts& sought) {
  auto known = std::make_shared<known_objects>();
  auto read = storage::for_each<records::Provider>(view, storage::space::config, storage::keys::providers(tenant),
                                                   [&](auto each) {
                                                     auto id = each.value.id();
                                                     known->providers.emplace(std::move(id), std::move(each));
                                                   });
  if (read)
    read = storage::for_each<records::Grant>(view, storage::space::config, storage::keys::grants(tenant),
                                             [&](const auto& each) { known->grants.add(each.value); });
  if (read)
    read = storage::for_each<records::Account>(view, storage::space::config, storage::keys::accounts(tenant),
                                               [&](auto each) { known->add(std::move(each), sought); });
  if (!read)
    return read.error();
  return known;
}

storage::operation put_of_account(const planned_account& each) {
  return storage::put_config(each.record, each.expected);
}

/// One commit that relies on the tenant and on every provider it refers to.
awaitable<result<void>> write_batch(const services& world, const request& what, std::span<const planned_account> batch,
                                    const known_objects& known) {
  operations changes;
  const auto exists = co_await require_tenant(world, what.tenant, changes);
  if (!exists)
    co_return exists.error();
  std::set<std::string> providers;
  for (const auto& each : batch)
    if (providers.insert(each.record.provider()).second)
      changes.emplace_back(
          storage::assert_revision{storage::keys::provider(what.tenant, provider_id{each.record.provider()}),
                                   known.providers.find(each.record.provider())->second.rev});
  for (const auto& each : batch)
    changes.emplace_back(put_of_account(each));
  co_return co_await apply(world.store, std::move(changes));
}

/// A row alone, after its batch met a conflict: its provider may have been changed without harm.
awaitable<result<void>> write_one(const services& world, const planned_account& one) {
  const tenant_id tenant{one.record.tenant()};
  operations changes;
  const auto exists = co_await require_tenant(world, tenant, changes);
  if (!exists)
    co_return exists.error();
  const auto provider_key = storage::keys::provider(tenant, provider_id{one.record.provider()});
  const auto provider = co_await fetch<records::Provider>(world.store, provider_key);
  if (!provider)
    co_return provider.error();
  const auto grant_key = storage::keys::grant(tenant, grant_id{one.record.grant()});
  const auto grant = co_await fetch<records::Grant>(world.store, grant_key);
  if (!grant)
    co_return grant.error();
  const auto wrong = storage::check_references(one.record, *provider ? &(*provider)->value : nullptr,
                                               *grant ? &(*grant)->value : nullptr);
  if (!wrong.empty())
    co_return fail(errc::conflict, wrong.front().field + " " + wrong.front().problem);
  changes.emplace_back(storage::assert_revision{provider_key, (*provider)->rev});
  changes.emplace_back(put_of_account(one));
  co_return co_await apply(world.store, std::move(changes));
}

/// Each account has its message; the answer to the last one is awaited, so that no more than one batch ever waits in
/// the tenant's mailbox.
awaitable<void> announce(const services& world, const tenant_id& tenant, std::vector<std::string> ids) {
  if (ids.empty())
    co_return;
  const auto last = std::move(ids.back());
  ids.pop_back();
  for (const auto& id : ids)
    tell(world.gateway, config_changed{config_changed::kind::account, tenant, id});
  const config_changed question{config_changed::kind::account, tenant, last};
  const auto taken = co_await ask<ack>(world.actors, world.gateway, announce_limit, question);
  if (!taken)
    log::warning("api.import_not_announced", {{"tenant", tenant.str()}, {"detail", taken.error().detail}});
}

void count(const planned_account& written, import_report& report, std::vector<std::string>& ids) {
  ++(written.expected.value == 0 ? report.created : report.updated);
  report.add_account(written.record.id());
  ids.push_back(written.record.id());
}

awaitable<result<std::vector<std::string>>> write_each(const services& world, std::span<const planned_account> batch,
                                                       import_report& report) {
  std::vector<std::string> ids;
  for (const auto& each : batch) {
    const auto done = co_await write_one(world, each);
    if (done) {
      count(each, report, ids);
      continue;
    }
    if (done.error().code != errc::conflict) {
      co_await announce(world, tenant_id{each.record.tenant()}, std::move(ids));
      co_return done.error();
    }
    ++report.skipped;
    report.add_error(each.row, {"id", "was changed by somebody else meanwhile, or what it refers to was: send the "
                                      "file again"});
  }
  co_return ids;
}

} // namespace

awaitable<known_answer> read_known_objects(const services& world, tenant_id tenant,
                                           std::shared_ptr<const sought_accounts> sought) {
  std::function<known_answer(const storage::snapshot&)> work = [tenant = std::move(tenant),
                                                                sought = std::move(sought)](const auto& view) {
    return read_known(view, tenant, *sought);
  };
  return on_snapshot(world.store, std::move(work));
}

awaitable<result<void>> write_accounts(const services& world, const request& what, std::vector<planned_account> planned,
                                       const known_objects& known, import_report& report) {
  const auto now_ms = world.time.now().time_since_epoch().count();
  for (auto& each : planned) {
    if (each.expected.value == 0)
      each.record.set_created_ms(now_ms);
    each.record.set_updated_ms(now_ms);
  }
  std::span<const planned_account> left{planned};
  while (!left.empty()) {
    if (what.server->stopping)
      co_return fail(errc::cancelled, "the gateway stops");
    const auto batch = left.first(std::min(left.size(), limits::import_batch_accounts));
    left = left.subspan(batch.size());
    std::vector<std::string> ids;
    const auto done = co_await write_batch(world, what, batch, known);
    if (done) {
      for (const auto& each : batch)
        count(each, report, ids);
    } else if (done.error().code == errc::conflict) {
      auto written = co_await write_each(world, batch, report);
      if (!written)
        co_return written.error();
      ids = std::move(*written);
    } else {
      co_return done.error();
    }
    co_await announce(world, what.tenant, std::move(ids));
  }
  co_return result<void>{};
}

} // namespace postroom::api
