#pragma once

#include "sim/identity/authorizations.hpp"
#include "sim/identity/replies.hpp"
#include "sim/identity/services.hpp"

#include <optional>

/// Whether a user may still have what was once agreed to. Pure, but for looking things up.
namespace postroom::sim {

/// The parties to a token.
struct token_parties {
  tenant& directory;
  const application& client;
  const service_principal& principal;
  const user& holder;
};

/// The enterprise application in the tenant: AADSTS700016 when there is none, 7000112 when it is disabled.
[[nodiscard]] outcome<const service_principal*> find_principal(const tenant& directory, const application& client);
/// AADSTS50034, 50057, 50053 and 50105.
[[nodiscard]] outcome<token_parties> find_parties(tenant& directory, const application& client, std::string_view upn);

/// Revoked, too old, or too long unused: AADSTS50173, 700084, 700082.
[[nodiscard]] std::optional<denial> check_life(const refresh_token_state& token, const user& holder, wall_time now);
/// Sign-in frequency and multi-factor authentication: AADSTS70043, 50079, 50076. `resource` is named in errors.
[[nodiscard]] std::optional<denial> check_policies(const token_parties& who, const authorization& from,
                                                   std::string_view resource, wall_time now);

} // namespace postroom::sim
