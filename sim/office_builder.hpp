#pragma once

#include "sim/identity/platform.hpp"
#include "sim/mail/mailbox.hpp"
#include "sim/scenario.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Makes the people, applications and mailboxes of a scenario.
namespace postroom::sim {

/// What was made, in the order of the scenario.
struct office {
  std::vector<provider_facts> providers;
  std::vector<std::string> mailboxes; ///< of all tenants; not those of delegates and administrators
};

/// The scenario must have been checked. Every tenant gets an administrator (`admin@…`); every provider an application
/// with a secret good for 180 days, whose permissions the administrator has consented to, and one refresh token for
/// each delegate. Delegates and the application itself may open their share of the mailboxes and send as them.
/// At Microsoft consent is for Graph, too.
[[nodiscard]] office build_office(const scenario& plan, const identity_services& services, const served_ports& ports,
                                  directory& mail);

/// A further user with a mailbox of their own (at `address`; empty: the UPN) and no other right, signed in to the
/// application (empty: the first of the tenant's): the refresh token. `not_found` when the tenant has not the domain of
/// either or there is no such application, `conflict` when the user or such a mailbox exists.
[[nodiscard]] result<secret<>> add_user(const scenario& plan, const office& who, const identity_services& services,
                                        directory& mail, std::string_view upn, std::string_view client_id,
                                        std::string_view address = {});

/// A GUID that is always the same for seed and label: `tenant/contoso.test`.
[[nodiscard]] std::string seeded_guid(unsigned seed, std::string_view label);
/// `support@…`, `sales@…`, …, then `support-2@…`.
[[nodiscard]] std::string mailbox_address(std::size_t number, std::string_view domain);
/// Readable: `amber-river-stone-42`.
[[nodiscard]] secret<> new_password();

} // namespace postroom::sim
