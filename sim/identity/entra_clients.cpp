#include "sim/identity/entra_clients.hpp"

#include "base/ascii.hpp"

namespace postroom::sim {

bool is_for_all_tenants(std::string_view name) {
  return ascii_iequals(name, "organizations") || ascii_iequals(name, "common");
}

tenant* find_entra_tenant(registry& people, std::string_view name) {
  auto* const found = people.find_tenant(name);
  return found && found->kind != service::google ? found : nullptr;
}

outcome<entra_client> find_entra_client(registry& people, std::string_view tenant_name, std::string_view client_id) {
  auto* const directory = find_entra_tenant(people, tenant_name);
  const bool for_all = is_for_all_tenants(tenant_name);
  if (!directory && !for_all)
    return denial{90002, std::string{tenant_name}};
  const auto* const client = people.find_application(client_id);
  const auto* const home = client ? find_entra_tenant(people, client->home_tenant) : nullptr;
  if (!home || (!for_all && !client->multi_tenant && home != directory))
    return denial{700016, std::string{client_id}, for_all ? std::string{tenant_name} : directory->name};
  if (for_all && !client->multi_tenant)
    return denial{50194, client->client_id};
  return entra_client{client, for_all ? nullptr : directory};
}

} // namespace postroom::sim
