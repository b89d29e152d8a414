#pragma once

#include "sim/identity/registry.hpp"
#include "sim/identity/replies.hpp"

#include <string_view>

/// Who asks Entra's endpoints, and where: the first segment of their paths is a tenant.
namespace postroom::sim {

/// Any work or school account's: the user's tenant will be it. `consumers` is not there.
[[nodiscard]] bool is_for_all_tenants(std::string_view name);
/// By id or domain. Null when it is unknown, or Google's.
[[nodiscard]] tenant* find_entra_tenant(registry& people, std::string_view name);

struct entra_client {
  const application* client = nullptr;
  tenant* directory = nullptr; ///< null at `organizations` and `common`
};
/// AADSTS90002 for an unknown tenant, 700016 for an application that is unknown or not for this tenant, 50194 for one
/// that must name its tenant. Whether it is installed there is not looked at.
[[nodiscard]] outcome<entra_client> find_entra_client(registry& people, std::string_view tenant_name,
                                                      std::string_view client_id);

} // namespace postroom::sim
