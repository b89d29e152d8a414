#include "sim/identity/consent_step.hpp"

#include "base/ascii.hpp"
#include "sim/identity/permissions.hpp"
#include "sim/identity/sign_in_views.hpp"

#include <algorithm>

namespace postroom::sim {
namespace {

const service_principal* find_principal(const signing_in& all) {
  const auto found = all.directory.principals.find(all.client.client_id);
  return found == all.directory.principals.end() ? nullptr : &found->second;
}

/// With OpenID Connect's scopes, which a page names but which alone are no reason to ask.
std::vector<std::string> with_openid(std::vector<std::string> missing, const std::vector<std::string>& asked) {
  for (const auto& scope : asked)
    if (is_openid_scope(scope) && std::ranges::find(missing, scope) == missing.end())
      missing.push_back(scope);
  return missing;
}

} // namespace

std::optional<sign_in_refusal> check_admission(const signing_in& all) {
  const auto* const principal = find_principal(all);
  if (!principal)
    return std::nullopt;
  if (!principal->enabled)
    return sign_in_refusal{7000112, "", all.client.client_id, all.client.name};
  if (principal->assignment_required && !principal->assigned.contains(ascii_lower(all.who.upn)))
    return sign_in_refusal{50105, "", all.client.name, all.who.upn};
  return std::nullopt;
}

std::optional<http_response> ask_consent(page_context& context, half_sign_in& flow, const signing_in& all,
                                         const std::vector<std::string>& asked, bool always) {
  const auto missing = missing_consents(find_principal(all), all.who.upn, asked);
  if (missing.empty() && (!always || flow.consented))
    return std::nullopt;
  const bool beyond_user = !missing.empty() && (!all.directory.policies.users_may_consent ||
                                                std::ranges::any_of(missing, needs_administrator));
  if (beyond_user && !all.who.administrator) {
    flow.step = sign_in_step::need_admin;
    return need_admin_page(flow, all, context.services.time.now());
  }
  flow.step = sign_in_step::consent;
  const auto named = with_openid(always ? asked : missing, asked);
  return consent_page(flow, all.client, named, all.who.administrator);
}

consent_answer take_consent(page_context& context, half_sign_in& flow, const signing_in& all,
                            const std::vector<std::string>& asked) {
  if (flow.step != sign_in_step::consent || context.field("action") != "accept")
    return consent_answer::declined;
  const bool for_everyone = all.who.administrator && !context.field("on-behalf").empty();
  record_consent(principal_of(all.directory, all.client.client_id), for_everyone ? std::string{} : all.who.upn, asked);
  flow.consented = true;
  return consent_answer::given;
}

} // namespace postroom::sim
