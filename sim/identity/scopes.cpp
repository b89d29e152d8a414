#include "sim/identity/scopes.hpp"

#include "base/ascii.hpp"
#include "sim/identity/permissions.hpp"

#include <algorithm>

namespace postroom::sim {
namespace {

constexpr std::size_t scope_bytes_max = 4096;
constexpr std::string_view all = ".default";
constexpr std::string_view graph = "https://graph.microsoft.com";

/// Whatever Exchange and Graph are called.
bool is_same_resource(std::string_view a, std::string_view b) {
  return ascii_iequals(a, b) || (is_exchange(a) && is_exchange(b)) || (is_graph(a) && is_graph(b));
}

void add_once(std::vector<std::string>& to, std::string word) {
  if (std::ranges::find(to, word) == to.end())
    to.push_back(std::move(word));
}

/// False when the scope is another resource's than those before.
bool add(token_scopes& to, std::string_view each) {
  auto parts = split_scope(each);
  if (parts.resource.empty()) {
    if (parts.name != "offline_access")
      add_once(to.openid, std::move(parts.name));
    return true;
  }
  if (to.resource.empty())
    to.resource = parts.resource;
  const bool same = is_same_resource(to.resource, parts.resource);
  if (same)
    add_once(to.permissions, std::move(parts.name));
  return same;
}

/// At the resource, by the user or, for everyone, by an administrator. To have agreed to Exchange's `.default` is to
/// have agreed to what a mail application's registration lists.
std::vector<std::string> consented(const service_principal& principal, std::string_view upn,
                                   std::string_view resource) {
  std::vector<std::string> permissions;
  const auto take = [&](const std::set<std::string>& texts) {
    for (const auto& text : texts) {
      auto parts = split_scope(text);
      if (!is_same_resource(parts.resource, resource))
        continue;
      if (parts.name != all)
        add_once(permissions, std::move(parts.name));
      else if (is_exchange(resource))
        for (const auto* const each : {"IMAP.AccessAsUser.All", "SMTP.Send"})
          add_once(permissions, each);
    }
  };
  take(principal.scopes);
  if (const auto own = principal.user_scopes.find(ascii_lower(upn)); own != principal.user_scopes.end())
    take(own->second);
  return permissions;
}

} // namespace

bool token_scopes::wants_id_token() const {
  return std::ranges::find(openid, "openid") != openid.end();
}

std::string token_scopes::text() const {
  std::string out;
  const auto append = [&](const std::string& word) { out += (out.empty() ? "" : " ") + word; };
  for (const auto& each : permissions)
    append(resource + "/" + each);
  if (is_graph(resource))
    std::ranges::for_each(openid, append);
  return out;
}

outcome<std::vector<std::string>> parse_scopes(std::string_view text, std::string_view tenant) {
  if (text.size() > scope_bytes_max)
    return denial{70011, "list"};
  auto scopes = split_scopes(text);
  if (scopes.empty())
    return denial{70011};
  const auto fault = check_scopes(face::microsoft, scopes);
  if (fault.code != 0)
    return denial{fault.code, fault.what, std::string{tenant}};
  return scopes;
}

outcome<token_scopes> parse_token_scopes(std::string_view text, std::string_view tenant) {
  const auto scopes = parse_scopes(text, tenant);
  if (!scopes)
    return scopes.error();
  token_scopes wanted;
  for (const auto& each : *scopes)
    if (!add(wanted, each))
      return denial{28000, each};
  if (wanted.resource.empty())
    wanted.resource = graph;
  return wanted;
}

token_scopes first_resource_of(const std::vector<std::string>& agreed) {
  token_scopes wanted;
  for (const auto& each : agreed)
    add(wanted, each);
  if (wanted.resource.empty())
    wanted.resource = graph;
  return wanted;
}

bool settle_permissions(token_scopes& wanted, const service_principal& principal, std::string_view upn) {
  auto allowed = consented(principal, upn, wanted.resource);
  if (wanted.permissions == std::vector<std::string>{std::string{all}}) {
    wanted.permissions = std::move(allowed);
    return !wanted.permissions.empty();
  }
  return std::ranges::all_of(wanted.permissions, [&](const std::string& each) {
    return std::ranges::any_of(allowed, [&](const std::string& one) { return ascii_iequals(one, each); });
  });
}

std::vector<std::string> granted_roles(const service_principal& principal, const application& client,
                                       std::string_view resource) {
  std::vector<std::string> roles;
  for (const auto& each : roles_at(client, resource))
    if (principal.roles.contains(each))
      roles.push_back(each);
  return roles;
}

} // namespace postroom::sim
