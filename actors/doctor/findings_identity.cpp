#include "actors/doctor/findings_parts.hpp"

#include "base/ascii.hpp"
#include "base/certificate.hpp"
#include "base/guid.hpp"

/// Credentials of the application, the token, and what it permits.
namespace postroom::doctor {
namespace {

using namespace std::chrono_literals;

/// As long before as people are warned elsewhere, too.
constexpr auto expiry_noted = 24h * 30;

struct credential_end {
  std::string what;
  wall_time at{};
};

std::string day_of(wall_time at) {
  return to_rfc3339(at).substr(0, 10);
}

/// What expires first of what is in use; nothing: no end is known.
std::optional<credential_end> end_of_credentials(const facts& f) {
  const auto& provider = *f.provider;
  if (!provider.certificate().empty()) {
    const auto read = read_certificate(provider.certificate());
    if (!read)
      return {};
    return credential_end{"the certificate " + read->thumbprint_sha1, read->not_after};
  }
  if (provider.client_secret().empty() || provider.client_secret_expires_ms() == 0)
    return {};
  return credential_end{"the client secret", wall_time{std::chrono::milliseconds{provider.client_secret_expires_ms()}}};
}

diagnosis_step expired_step(const facts& f, const credential_end& end, const names& who) {
  const bool is_secret = f.provider->certificate().empty();
  const auto* known = knowledge::find(f.is_microsoft() && is_secret ? "AADSTS7000222" : "AADSTS700027");
  const auto seen = end.what + " expired on " + day_of(end.at);
  if (f.is_microsoft() && known)
    return from_case("credentials", *known, seen, who);
  return bad("credentials", seen,
             "Make a new one at the identity platform and enter it: `postroom provider set " + argument(who.provider) +
                 " --client-secret-file -`",
             actor_role::operators);
}

std::string audience_of(const seen_token& token) {
  if (!token.claims)
    return "the token is opaque";
  const auto& claims = *token.claims;
  std::string out = "aud " + claims.audience + ", tid " + claims.directory_id;
  if (!claims.scopes.empty())
    out += ", scp " + claims.scopes;
  if (!claims.roles.empty())
    out += ", roles " + listed(claims.roles);
  return out;
}

/// The newest one that was got.
const seen_token& shown_token(const evidence& e) {
  return e.fresh_token && !e.fresh_token->failed ? *e.fresh_token : *e.token;
}

/// Whether the token belongs to another directory than the provider names.
bool is_of_other_directory(const facts& f, const seen_token& token) {
  return f.is_microsoft() && token.claims && !token.claims->directory_id.empty() &&
         is_guid(f.provider->directory_id()) && !ascii_iequals(token.claims->directory_id, f.provider->directory_id());
}

} // namespace

diagnosis_step credentials_step(const facts& f, const evidence& e) {
  if (!f.provider)
    return skipped("credentials", "there is no provider");
  if (f.uses_password())
    return skipped("credentials", "a password account has no application");
  const auto who = names_of(f, e);
  if (f.provider_state.failure)
    return from_error("credentials", *f.provider_state.failure, who);
  const auto end = end_of_credentials(f);
  if (end && end->at <= f.now)
    return expired_step(f, *end, who);
  const auto used =
      f.provider_state.secret_in_use.empty() ? std::string{} : "in use: " + f.provider_state.secret_in_use;
  if (end && end->at - f.now <= expiry_noted)
    return noted("credentials", end->what + " expires on " + day_of(end->at) + (used.empty() ? "" : "; ") + used,
                 "Make a new one now: Azure portal > App registrations > " + argument(who.application_id) +
                     " > Certificates & secrets; then `postroom provider set " + argument(who.provider) +
                     " --client-secret-file -`. Both are good until the old one ends.",
                 actor_role::operators);
  if (end)
    return good("credentials", end->what + " is good until " + day_of(end->at) + (used.empty() ? "" : "; ") + used);
  return good("credentials", used.empty() ? "no end of the client secret is known" : used);
}

diagnosis_step token_step(const facts& f, const evidence& e) {
  const auto who = names_of(f, e);
  if (e.grant && e.grant->revoked)
    return bad("token", "the sign-in of " + e.grant->delegate + " was given up", sign_in_again(who), actor_role::user);
  if (!e.token)
    return skipped("token", f.provider ? not_tried(e, "the provider was not asked") : "there is no provider");
  if (e.token->failed)
    return from_error("token", *e.token->failed, who);
  if (e.fresh_token && e.fresh_token->failed)
    return from_error("token", *e.fresh_token->failed, who);
  if (f.uses_password())
    return good("token", "the password is stored");
  const auto& token = shown_token(e);
  return good("token", (token.delegate.empty() ? std::string{"of the application itself"} : "of " + token.delegate) +
                           ", good until " + to_rfc3339(token.expires));
}

diagnosis_step claims_step(const facts& f, const evidence& e) {
  if (f.uses_password())
    return skipped("claims", "a password has no permissions to compare");
  if (!e.token || e.token->failed)
    return skipped("claims", e.token ? "there is no token" : not_tried(e, "there is no token"));
  const auto who = names_of(f, e);
  const auto& token = shown_token(e);
  const auto seen = audience_of(token);
  if (is_for_graph(e))
    return bad("claims", seen + ": a token for Microsoft Graph, not for the mail servers",
               "The provider's scope names the wrong resource: `postroom provider set " + argument(who.provider) +
                   " --clear scope`, then " + sign_in_again(who),
               actor_role::operators, "imap.auth_failed");
  if (is_of_other_directory(f, token))
    return bad("claims", seen + ": of another directory than the provider's, " + f.provider->directory_id(),
               "Correct the provider's directory id (Azure portal > Microsoft Entra ID > Overview > Tenant ID), or let "
               "somebody of the right directory sign in: " +
                   sign_in_again(who),
               actor_role::operators, "imap.auth_failed");
  if (const auto missing = missing_permissions(f, e); !missing.empty()) {
    const bool app_only = is_app_only(e);
    return bad("claims", seen + "; missing: " + listed(missing),
               consent_page(who, app_only) +
                   (app_only ? "" : "; then the delegate signs in again: " + sign_in_again(who)),
               app_only ? actor_role::directory_admin : actor_role::user, "sign_in.missing_permission");
  }
  return good("claims", seen);
}

} // namespace postroom::doctor
