#include "sim/identity/registry.hpp"

#include "base/ascii.hpp"

namespace postroom::sim {
namespace {

template <class Map>
auto* value_or_null(Map& map, std::string_view key) {
  const auto found = map.find(ascii_lower(key));
  return found == map.end() ? nullptr : &found->second;
}

std::string_view domain_of(std::string_view address) {
  const auto at = address.rfind('@');
  return at == std::string_view::npos ? std::string_view{} : address.substr(at + 1);
}

} // namespace

std::string_view to_string(service service) {
  switch (service) {
  case service::microsoft:
    return "microsoft";
  case service::google:
    return "google";
  case service::generic:
    return "generic";
  }
  return "?";
}

user* tenant::find_user(std::string_view upn) {
  return value_or_null(users, upn);
}

const user* tenant::find_user(std::string_view upn) const {
  return value_or_null(users, upn);
}

tenant& registry::add_tenant(tenant tenant) {
  auto& added = tenants_.emplace_back(std::move(tenant));
  tenants_by_name_[ascii_lower(added.id)] = &added;
  for (const auto& domain : added.domains)
    tenants_by_name_[ascii_lower(domain)] = &added;
  return added;
}

application& registry::add_application(application application) {
  auto& added = applications_.emplace_back(std::move(application));
  applications_by_id_[ascii_lower(added.client_id)] = &added;
  return added;
}

tenant* registry::find_tenant(std::string_view id_or_domain) {
  auto* const found = value_or_null(tenants_by_name_, id_or_domain);
  return found ? *found : nullptr;
}

const tenant* registry::find_tenant(std::string_view id_or_domain) const {
  const auto* const found = value_or_null(tenants_by_name_, id_or_domain);
  return found ? *found : nullptr;
}

tenant* registry::tenant_of(std::string_view address) {
  return find_tenant(domain_of(address));
}

const tenant* registry::tenant_of(std::string_view address) const {
  return find_tenant(domain_of(address));
}

application* registry::find_application(std::string_view client_id) {
  auto* const found = value_or_null(applications_by_id_, client_id);
  return found ? *found : nullptr;
}

const application* registry::find_application(std::string_view client_id) const {
  const auto* const found = value_or_null(applications_by_id_, client_id);
  return found ? *found : nullptr;
}

} // namespace postroom::sim
