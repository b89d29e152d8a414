#pragma once

#include "sim/identity/page_html.hpp"
#include "sim/identity/registry.hpp"

#include <set>
#include <string>
#include <string_view>
#include <vector>

/// What applications may be allowed to do, in words, and what has been allowed. Not thread-safe where a registry's
/// object is changed.
namespace postroom::sim {

/// A scope as asked for, taken apart: `https://outlook.office.com/IMAP.AccessAsUser.All`.
struct scope_parts {
  std::string resource; ///< `https://outlook.office.com`; empty for those of OpenID Connect
  std::string name;     ///< `IMAP.AccessAsUser.All`, `.default`, `offline_access`
};
/// A name without a resource is Microsoft Graph's, unless it is one of OpenID Connect's four.
[[nodiscard]] scope_parts split_scope(std::string_view scope);
[[nodiscard]] std::vector<std::string> split_scopes(std::string_view text);
/// The four of OpenID Connect: `openid`, `profile`, `email`, `offline_access`.
[[nodiscard]] bool is_openid_scope(std::string_view scope);
/// Any of Exchange Online's names: outlook.office.com, outlook.office365.com, ps.outlook.com.
[[nodiscard]] bool is_exchange(std::string_view resource);
/// Microsoft Graph's name, or the address of the stand-in, which serves it and is asked for by clients that take the
/// one for the other.
[[nodiscard]] bool is_graph(std::string_view resource);

/// AADSTS number of what is wrong with the scopes of a request; 0: nothing. 500011: no such resource, 70011: no such
/// permission, or `.default` beside others.
struct scope_fault {
  std::uint32_t code = 0;
  std::string what; ///< the resource or the scope
};
[[nodiscard]] scope_fault check_scopes(face look, const std::vector<std::string>& scopes);

/// What a consent page says of a permission.
struct permission_words {
  std::string title;
  std::string explanation;
};
[[nodiscard]] permission_words describe_permission(std::string_view name);
/// Only an administrator can consent to it.
[[nodiscard]] bool needs_administrator(std::string_view scope);

/// Those of `asked` that neither the user nor an administrator has consented to; `principal` may be null. OpenID
/// Connect's scopes, but `offline_access`, are never missing where anything else was consented to or is asked for.
[[nodiscard]] std::vector<std::string> missing_consents(const service_principal* principal, std::string_view upn,
                                                        const std::vector<std::string>& asked);
/// For everyone in the tenant when `upn` is empty. `offline_access` comes with any other.
void record_consent(service_principal& principal, std::string_view upn, const std::vector<std::string>& scopes);
/// Made when it is missing: the tenant's Enterprise Application appears with the first consent.
[[nodiscard]] service_principal& principal_of(tenant& directory, std::string_view client_id);
/// The application permissions among `application.roles` that `.default` of the resource stands for; all of them when
/// `resource` is empty.
[[nodiscard]] std::set<std::string> roles_at(const application& client, std::string_view resource);

} // namespace postroom::sim
