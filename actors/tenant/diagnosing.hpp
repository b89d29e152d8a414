#pragma once

#include "actors/tenant/tenant.hpp"

namespace postroom::tenant {

/// Calls the doctor for an account. The probes make the account's servers work: `busy` when it was examined less than
/// limits::diagnosis_interval ago, or not_found when there is no such account.
[[nodiscard]] caf::result<diagnosis> diagnose(tenant_actor::stateful_pointer<state> self, const diagnose_account& wish);

} // namespace postroom::tenant
