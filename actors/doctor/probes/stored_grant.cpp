#include "actors/doctor/probes/probes.hpp"
#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "storage/directory.hpp"
#include "storage/keys.hpp"

namespace postroom::doctor {
namespace {

/// Secrets stay behind.
seen_grant without_secrets(const records::Grant& grant) {
  seen_grant out;
  out.found = true;
  out.id = grant.id();
  out.kind = grant.kind();
  out.delegate = grant.delegate();
  out.upn = grant.upn();
  out.directory_id = grant.directory_id();
  out.granted_scope = grant.granted_scope();
  out.consented_scope = grant.consented_scope();
  out.revoked = grant.revoked_ms() != 0;
  return out;
}

bool is_used_by(const records::Grant& grant, const records::Account& account) {
  if (grant.provider() != account.provider())
    return false;
  if (!account.grant().empty())
    return grant.id() == account.grant();
  return ascii_iequals(grant.delegate(), account.delegate()) ||
         (!grant.upn().empty() && ascii_iequals(grant.upn(), account.delegate()));
}

/// On a storage thread. A provider has a few thousand grants at most.
seen_grant find(const storage::snapshot& view, const records::Account& account) {
  auto range = storage::prefix_range(storage::keys::grants(tenant_id{account.tenant()}));
  while (true) {
    auto page = view.scan(storage::space::config, range, limits::page_items_max);
    if (!page)
      return {.failed = page.error()};
    const bool last = page->size() < limits::page_items_max;
    if (!last)
      range.first = page->back().key + '\0';
    for (auto& each : *page)
      if (const auto grant = storage::decode<records::Grant>(std::move(each));
          grant && is_used_by(grant->value, account))
        return without_secrets(grant->value);
    if (last)
      return {};
  }
}

} // namespace

void look_for_grant(self_pointer self) {
  const reporter report{self};
  self->state.world->store.with_snapshot([report, account = self->state.known.account](const storage::snapshot& view) {
    report([found = find(view, account)](state& s) {
      s.seen.grant = found;
      finish(s);
    });
  });
}

} // namespace postroom::doctor
