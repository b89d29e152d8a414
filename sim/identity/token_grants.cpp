#include "sim/identity/token_grants.hpp"

#include "base/ascii.hpp"
#include "sim/identity/device_endpoint.hpp"
#include "sim/identity/permissions.hpp"
#include "sim/identity/pkce.hpp"
#include "sim/identity/scopes.hpp"
#include "sim/identity/user_checks.hpp"

#include <algorithm>
#include <utility>

namespace postroom::sim {
namespace {

namespace json = boost::json;

std::chrono::seconds life_of(const identity_services& services, const tenant& directory) {
  const auto policy = directory.policies.access_token_life;
  return policy.count() > 0 ? policy : services.access_token_life;
}

json::object token_body(const std::string& token, std::chrono::seconds life) {
  return {{"token_type", "Bearer"},
          {"expires_in", life.count()},
          {"ext_expires_in", life.count()},
          {"access_token", token}};
}

/// The tenant the tokens come from: at `organizations` the user's own, which else must be that of the path.
outcome<tenant*> directory_for(const token_call& call, const authorization& from, std::uint32_t mismatch) {
  auto* const home = call.services.people.find_tenant(from.tenant_id);
  if (!home)
    return denial{90002, from.tenant_id};
  if (call.directory && call.directory != home)
    return denial{mismatch, mismatch == 700005 ? home->id : from.upn,
                  mismatch == 700005 ? call.directory->id : call.directory->name};
  return home;
}

outcome<token_scopes> wanted_scopes(const token_call& call, const authorization& from, const tenant& directory) {
  const auto asked = call.field("scope");
  return asked.empty() ? first_resource_of(from.scopes) : parse_token_scopes(asked, directory.name);
}

denial no_consent(const application& client) {
  return denial{65001, client.client_id, client.name};
}

/// Tokens for a user. `from` stays as it is; a refresh token is added where `offline_access` was agreed to.
json::object issue(const identity_services& services, const token_parties& who, const authorization& from,
                   const token_scopes& granted, std::string_view nonce) {
  const auto life = life_of(services, who.directory);
  auto permissions = granted.permissions;
  if (permissions.empty())
    permissions = granted.openid;
  auto body = token_body(
      services.tokens.issue({who.directory, who.client, &who.holder, granted.resource, std::move(permissions), life}),
      life);
  body["scope"] = granted.text();
  if (granted.wants_id_token())
    body["id_token"] = services.tokens.issue_id_token({who.directory, who.client, who.holder, granted.openid, nonce});
  if (std::ranges::find(from.scopes, "offline_access") != from.scopes.end()) {
    auto lasting = from;
    lasting.nonce.clear();
    lasting.code_challenge.clear();
    lasting.code_challenge_method.clear();
    body["refresh_token"] = services.grants.issue_refresh_token(lasting).expose();
  }
  return body;
}

/// Who gets what.
struct terms {
  token_parties who;
  token_scopes granted;
};

/// For a user who has just signed in: policies were the page's to check.
outcome<terms> find_terms(const token_call& call, tenant& directory, const authorization& from) {
  const auto who = find_parties(directory, *call.client, from.upn);
  if (!who)
    return who.error();
  auto wanted = wanted_scopes(call, from, directory);
  if (!wanted)
    return wanted.error();
  if (!settle_permissions(*wanted, who->principal, from.upn))
    return no_consent(who->client);
  return terms{*who, std::move(*wanted)};
}

/// Everything about the code but whether it is still good.
outcome<tenant*> check_code(const token_call& call, const authorization& from) {
  if (!ascii_iequals(from.client_id, call.client->client_id))
    return denial{70000, "code"};
  auto directory = directory_for(call, from, 700005);
  if (!directory)
    return directory;
  if (call.field("redirect_uri") != from.redirect_uri)
    return denial{500112, std::string{call.field("redirect_uri")}, from.redirect_uri};
  switch (check_pkce(from, call.field("code_verifier"))) {
  case pkce_state::good:
    return directory;
  case pkce_state::missing:
    return denial{50148};
  case pkce_state::mismatch:
    break;
  }
  return denial{501481};
}

} // namespace

outcome<json::object> redeem_code(const token_call& call) {
  for (const auto* const name : {"code", "redirect_uri"})
    if (call.field(name).empty())
      return denial{900144, name};
  const auto* const behind = call.services.grants.find_code(call.field("code"));
  if (!behind)
    return denial{70000, "code"};
  const auto directory = check_code(call, *behind);
  if (!directory)
    return directory.error();
  const auto found = find_terms(call, **directory, *behind);
  if (!found)
    return found.error();
  authorization from;
  switch (call.services.grants.redeem_code(call.field("code"), from)) {
  case authorizations::code_state::used:
    return denial{54005};
  case authorizations::code_state::expired:
  case authorizations::code_state::unknown:
    return denial{70008};
  case authorizations::code_state::good:
    break;
  }
  // Who asked for `openid` at the sign-in gets an ID token (OpenID Connect Core §3.1.3.3), whatever is asked for now.
  auto granted = found->granted;
  for (const auto& each : from.scopes)
    if (is_openid_scope(each) && each != "offline_access" &&
        std::ranges::find(granted.openid, each) == granted.openid.end())
      granted.openid.push_back(each);
  return issue(call.services, found->who, from, granted, from.nonce);
}

outcome<json::object> refresh(const token_call& call) {
  if (call.field("refresh_token").empty())
    return denial{900144, "refresh_token"};
  auto* const token = call.services.grants.find_refresh_token(call.field("refresh_token"));
  if (!token || !ascii_iequals(token->from.client_id, call.client->client_id))
    return denial{70000, "refresh_token"};
  const auto from = token->from; // issuing another may drop the oldest
  const auto now = call.services.time.now();
  const auto directory = directory_for(call, from, 50020);
  if (!directory)
    return directory.error();
  const auto who = find_parties(**directory, *call.client, from.upn);
  if (!who)
    return who.error();
  if (auto why = check_life(*token, who->holder, now))
    return *why;
  auto wanted = wanted_scopes(call, from, **directory);
  if (!wanted)
    return wanted.error();
  if (auto why = check_policies(*who, from, wanted->resource, now))
    return *why;
  if (!settle_permissions(*wanted, who->principal, from.upn))
    return no_consent(who->client);
  token->last_used = now;
  return issue(call.services, *who, from, *wanted, {});
}

outcome<json::object> redeem_device_code(const token_call& call) {
  if (call.field("device_code").empty())
    return denial{900144, "device_code"};
  auto* const device = call.services.grants.find_device(call.field("device_code"));
  if (!device || !ascii_iequals(device->client_id, call.client->client_id))
    return denial{70018};
  if (auto why = check_poll(*device, call.services.time.now()))
    return *why;
  const auto from = device->granted;
  const auto directory = directory_for(call, from, 50020);
  if (!directory)
    return directory.error();
  if (!(*directory)->policies.device_code_allowed)
    return denial{53003};
  const auto found = find_terms(call, **directory, from);
  if (!found)
    return found.error();
  call.services.grants.forget_device(call.field("device_code"));
  return issue(call.services, found->who, from, found->granted, {});
}

outcome<json::object> grant_to_client(const token_call& call) {
  if (!call.directory)
    return denial{50059};
  constexpr std::string_view suffix = "/.default";
  const auto asked = call.field("scope");
  if (asked.empty())
    return denial{900144, "scope"};
  if (asked.find(' ') != std::string_view::npos)
    return denial{70011, std::string{asked}};
  if (!asked.ends_with(suffix))
    return denial{1002012, std::string{asked}};
  const auto wanted = parse_token_scopes(asked, call.directory->name);
  if (!wanted)
    return wanted.error();
  const auto principal = find_principal(*call.directory, *call.client);
  if (!principal)
    return principal.error();
  const auto life = life_of(call.services, *call.directory);
  auto roles = granted_roles(**principal, *call.client, wanted->resource);
  return token_body(
      call.services.tokens.issue({*call.directory, *call.client, nullptr, wanted->resource, std::move(roles), life}),
      life);
}

} // namespace postroom::sim
