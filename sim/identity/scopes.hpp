#pragma once

#include "sim/identity/registry.hpp"
#include "sim/identity/replies.hpp"

#include <string>
#include <string_view>
#include <vector>

/// What a token request wants, and whether it may have it; what permissions there are is in permissions.hpp. Pure.
namespace postroom::sim {

/// One resource's permissions, and what comes with them.
struct token_scopes {
  std::string resource;                 ///< as asked for, since Exchange has several names; becomes the token's `aud`
  std::vector<std::string> permissions; ///< `.default` alone: all that was consented to
  std::vector<std::string> openid;      ///< `openid`, `profile`, `email`

  [[nodiscard]] bool wants_id_token() const;
  /// As answers write it: in full, and for Graph with OpenID Connect's.
  [[nodiscard]] std::string text() const;
};

/// Of a `scope` parameter, at most 4 KiB. AADSTS70011 for what does not exist or is mixed with `.default`, 500011 for
/// an unknown resource, 28000 for several resources. None is Graph. `tenant` is named in errors.
[[nodiscard]] outcome<token_scopes> parse_token_scopes(std::string_view text, std::string_view tenant);
/// Of what was agreed to, the first resource's.
[[nodiscard]] token_scopes first_resource_of(const std::vector<std::string>& agreed);
/// The words of a `scope` parameter, of any resources; errors as above, but 28000.
[[nodiscard]] outcome<std::vector<std::string>> parse_scopes(std::string_view text, std::string_view tenant);

/// `.default` becomes what the user or an administrator has consented to. False when consent is missing.
[[nodiscard]] bool settle_permissions(token_scopes& wanted, const service_principal& principal, std::string_view upn);
/// Application permissions of the resource that an administrator has granted.
[[nodiscard]] std::vector<std::string> granted_roles(const service_principal& principal, const application& client,
                                                     std::string_view resource);

} // namespace postroom::sim
