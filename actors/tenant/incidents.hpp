#pragma once

#include "actors/tenant/tenant.hpp"
#include "storage/directory.hpp"

#include <string>

/// What goes wrong with a tenant's sign-ins, told once: by providers about their grants and themselves, by mailboxes
/// about their logins, and by the calendar about what expires.
namespace postroom::tenant {

using self_pointer = tenant_actor::stateful_pointer<state>;

/// Takes in the incidents that were open when the process ended; those of what was removed meanwhile end here.
void adopt_incidents(self_pointer self, tenant_config& loaded);
void on_report(self_pointer self, const provider::report& report);
void on_incidents(self_pointer self, const incidents_read& read);
/// A mailbox says how it stands.
void watch_account(self_pointer self, const account_status& status);
/// Its secret or certificate may expire.
void watch_provider(self_pointer self, const records::Provider& provider);
/// Looks at everything that expires, and again a day later.
void watch_expiries(self_pointer self);
/// What is gone has no incident.
void forget_incident(self_pointer self, incidents::subject::kind what, const std::string& id);
/// Likewise, with its grants.
void forget_provider(self_pointer self, const std::string& id);

} // namespace postroom::tenant
