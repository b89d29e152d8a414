#include "sim/control/fault_effects.hpp"

#include <string>
#include <vector>

namespace postroom::sim {
namespace {

/// Spread evenly from the oldest to the newest.
void delete_share(folder& inbox, std::int64_t per_cent) {
  std::vector<std::uint32_t> uids;
  const auto mails = inbox.mails();
  for (std::size_t i = 0; i < mails.size(); ++i) {
    const auto share = static_cast<std::size_t>(per_cent);
    if ((i + 1) * share / 100 != i * share / 100)
      uids.push_back(mails[i].uid);
  }
  for (auto uid = uids.rbegin(); uid != uids.rend(); ++uid) // from the end, where less has to move
    inbox.expunge(*uid);
}

void revoke(world& world, const posted_fault& due) {
  std::vector<std::string> clients;
  for (const auto& each : due.what.names)
    if (world.people.find_application(each) && world.faults.chosen(due, each))
      clients.push_back(world.people.find_application(each)->client_id);
  for (auto& tenant : world.people.tenants())
    for (auto& [name, user] : tenant.users) {
      if (world.faults.chosen(due, name)) {
        user.sessions_valid_from = world.time.now();
        world.grants.revoke(user.upn);
      }
      for (const auto& client : clients)
        world.grants.revoke(user.upn, client);
    }
}

template <class Change>
void for_each_chosen(world& world, const posted_fault& due, Change change) {
  for (const auto& address : world.mail.addresses())
    if (world.faults.chosen(due, address))
      change(world.mail.find(address)->inbox());
}

void carry_out(world& world, servers& servers, const posted_fault& due) {
  const auto whose = [&](std::string_view name) { return world.faults.chosen(due, name); };
  switch (due.what.kind) {
  case fault_kind::rotate_keys:
    return world.tokens.rotate_keys();
  case fault_kind::drop:
    return servers.drop(whose);
  case fault_kind::session_expired:
    return servers.expire(whose);
  case fault_kind::uidvalidity:
    return for_each_chosen(world, due, [](folder& inbox) { inbox.renumber(); });
  case fault_kind::mass_delete:
    return for_each_chosen(world, due, [&](folder& inbox) { delete_share(inbox, due.what.amount); });
  case fault_kind::revoke:
    return revoke(world, due);
  default:
    return; // the others last, and are asked for by those whom they hit
  }
}

} // namespace

void carry_out_faults(world& world, servers& servers) {
  const auto* const skewed = world.faults.find(fault_kind::clock_skew, {});
  world.time.set_skew(std::chrono::seconds{skewed ? skewed->amount : 0});
  servers.set_outage(world.faults.find(fault_kind::outage, {}) != nullptr);
  for (const auto& due : world.faults.take_due())
    carry_out(world, servers, due);
}

} // namespace postroom::sim
