#include "sim/identity/user_checks.hpp"

#include "base/ascii.hpp"

namespace postroom::sim {

outcome<const service_principal*> find_principal(const tenant& directory, const application& client) {
  const auto found = directory.principals.find(client.client_id);
  if (found == directory.principals.end())
    return denial{700016, client.client_id, directory.name};
  if (!found->second.enabled)
    return denial{7000112, client.client_id, client.name};
  return &found->second;
}

outcome<token_parties> find_parties(tenant& directory, const application& client, std::string_view upn) {
  const auto principal = find_principal(directory, client);
  if (!principal)
    return principal.error();
  const auto* const holder = directory.find_user(upn);
  if (!holder)
    return denial{50034, std::string{upn}, directory.name};
  if (!holder->enabled)
    return denial{50057};
  if (holder->locked)
    return denial{50053};
  if ((*principal)->assignment_required && !(*principal)->assigned.contains(ascii_lower(upn)))
    return denial{50105, client.name, holder->upn};
  return token_parties{directory, client, **principal, *holder};
}

std::optional<denial> check_life(const refresh_token_state& token, const user& holder, wall_time now) {
  if (token.revoked || token.issued < holder.sessions_valid_from)
    return denial{50173, to_rfc3339(token.issued), to_rfc3339(token.revoked ? now : holder.sessions_valid_from)};
  if (token.from.spa && now - token.from.signed_in >= authorizations::spa_refresh_life)
    return denial{700084, to_rfc3339(token.from.signed_in)};
  if (now - token.last_used >= authorizations::refresh_idle_max)
    return denial{700082, to_rfc3339(token.issued)};
  return std::nullopt;
}

std::optional<denial> check_policies(const token_parties& who, const authorization& from, std::string_view resource,
                                     wall_time now) {
  const auto frequency = who.directory.policies.sign_in_frequency;
  if (frequency.count() > 0 && now - from.signed_in >= frequency)
    return denial{70043, to_rfc3339(from.signed_in), std::to_string(frequency.count())};
  if (!who.holder.mfa_required)
    return std::nullopt;
  if (!who.holder.mfa_enrolled)
    return denial{50079, std::string{resource}};
  if (who.holder.last_mfa == wall_time{})
    return denial{50076, std::string{resource}};
  return std::nullopt;
}

} // namespace postroom::sim
