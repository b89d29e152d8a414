#include "sim/identity/google_endpoints.hpp"

#include "base/ascii.hpp"
#include "sim/identity/client_authentication.hpp"
#include "sim/identity/permissions.hpp"
#include "sim/identity/pkce.hpp"
#include "sim/identity/replies.hpp"
#include "sim/identity/token_call.hpp"
#include "sim/identity/token_faults.hpp"

#include <algorithm>
#include <boost/json.hpp>

namespace postroom::sim {
namespace {

namespace beast_http = boost::beast::http;
namespace json = boost::json;

/// The audience mail servers know; the scope has a slash at its end.
constexpr std::string_view mail_resource = "https://mail.google.com";
/// Google forgets what was not used for six months.
constexpr std::chrono::hours refresh_idle_max{24 * 182};

struct google_error {
  unsigned status = 400;
  std::string_view error;
  std::string description;
};
template <class T>
using google_outcome = boost::system::result<T, google_error>;

http_response reply(const google_error& what) {
  return json_reply(what.status,
                    json::serialize(json::object{{"error", what.error}, {"error_description", what.description}}));
}

google_error dead_grant() {
  return {400, "invalid_grant", "Token has been expired or revoked."};
}

google_error missing(std::string_view name) {
  return {400, "invalid_request", "Missing required parameter: " + std::string{name}};
}

google_outcome<const application*> find_client(const identity_services& services, const client_credentials& given) {
  if (given.client_id.empty())
    return google_error{400, "invalid_request", "Could not determine client ID from request."};
  const auto* const client = services.people.find_application(given.client_id);
  const auto* const home = client ? services.people.find_tenant(client->home_tenant) : nullptr;
  if (!home || home->kind != service::google)
    return google_error{401, "invalid_client", "The OAuth client was not found."};
  if (client->secrets.empty() && client->public_client)
    return client;
  if (given.client_secret.empty())
    return google_error{400, "invalid_request", "client_secret is missing."};
  if (check_secret(*client, given.client_secret.expose(), services.time.now()) != secret_state::good)
    return google_error{401, "invalid_client", "Unauthorized"};
  return client;
}

struct google_parties {
  const tenant& directory;
  const application& client;
  const user& holder;
};

/// The user who once agreed, if still there.
google_outcome<google_parties> find_parties(const identity_services& services, const application& client,
                                            const authorization& from) {
  const auto* const directory = services.people.find_tenant(from.tenant_id);
  const auto* const holder = directory ? directory->find_user(from.upn) : nullptr;
  if (!holder || !holder->enabled || holder->locked)
    return dead_grant();
  return google_parties{*directory, client, *holder};
}

json::object issue(const identity_services& services, const google_parties& who, const std::vector<std::string>& scopes,
                   std::string_view nonce) {
  const auto policy = who.directory.policies.access_token_life;
  const auto life = policy.count() > 0 ? policy : services.access_token_life;
  json::object body{{"access_token", services.tokens.issue({who.directory, who.client, &who.holder,
                                                            std::string{mail_resource}, scopes, life})},
                    {"expires_in", life.count()},
                    {"scope",
                     [&] {
                       std::string text;
                       for (const auto& each : scopes)
                         text += (text.empty() ? "" : " ") + each;
                       return text;
                     }()},
                    {"token_type", "Bearer"}};
  if (std::ranges::find(scopes, "openid") != scopes.end())
    body["id_token"] = services.tokens.issue_id_token({who.directory, who.client, who.holder, scopes, nonce});
  return body;
}

/// Google has no such scope: `access_type=offline` asks for refresh tokens, and is kept under this name.
std::vector<std::string> without_offline(std::vector<std::string> scopes) {
  std::erase(scopes, "offline_access");
  return scopes;
}

google_outcome<json::object> redeem_code(const identity_services& services, const application& client,
                                         const form_fields& form) {
  const auto code = value_of(form, "code");
  for (const auto* const name : {"code", "redirect_uri"})
    if (value_of(form, name).empty())
      return missing(name);
  const auto* const behind = services.grants.find_code(code);
  if (!behind || !ascii_iequals(behind->client_id, client.client_id))
    return google_error{400, "invalid_grant", "Malformed auth code."};
  if (value_of(form, "redirect_uri") != behind->redirect_uri)
    return google_error{400, "redirect_uri_mismatch", "Bad Request"};
  if (const auto pkce = check_pkce(*behind, value_of(form, "code_verifier")); pkce != pkce_state::good)
    return google_error{400, "invalid_grant",
                        pkce == pkce_state::missing ? "Missing code verifier." : "Invalid code verifier."};
  authorization from;
  if (services.grants.redeem_code(code, from) != authorizations::code_state::good)
    return google_error{400, "invalid_grant", "Bad Request"};
  const auto who = find_parties(services, client, from);
  if (!who)
    return who.error();
  auto body = issue(services, *who, without_offline(from.scopes), from.nonce);
  if (std::ranges::find(from.scopes, "offline_access") != from.scopes.end())
    body["refresh_token"] = services.grants.issue_refresh_token(from).expose();
  return body;
}

google_outcome<json::object> refresh(const identity_services& services, const application& client,
                                     const form_fields& form) {
  if (value_of(form, "refresh_token").empty())
    return missing("refresh_token");
  const auto now = services.time.now();
  auto* const token = services.grants.find_refresh_token(value_of(form, "refresh_token"));
  if (!token || !ascii_iequals(token->from.client_id, client.client_id))
    return google_error{400, "invalid_grant", "Bad Request"};
  const auto who = find_parties(services, client, token->from);
  if (!who)
    return who.error();
  if (token->revoked || token->issued < who->holder.sessions_valid_from || now - token->last_used >= refresh_idle_max)
    return dead_grant();
  const auto agreed = without_offline(token->from.scopes);
  auto scopes = agreed;
  if (const auto asked = value_of(form, "scope"); !asked.empty()) {
    scopes = split_scopes(asked.substr(0, 4096));
    for (const auto& each : scopes)
      if (std::ranges::find(agreed, each) == agreed.end())
        return google_error{400, "invalid_scope", "Some requested scopes were invalid. {invalid=[" + each + "]}"};
  }
  token->last_used = now;
  return issue(services, *who, scopes, {});
}

google_outcome<json::object> answer(const identity_services& services, const client_credentials& credentials,
                                    const form_fields& form) {
  const auto grant = value_of(form, "grant_type");
  if (grant.empty())
    return missing("grant_type");
  const auto client = find_client(services, credentials);
  if (!client)
    return client.error();
  if (grant == grant_code)
    return redeem_code(services, **client, form);
  if (grant == grant_refresh)
    return refresh(services, **client, form);
  return google_error{400, "unsupported_grant_type", "Invalid grant_type: " + std::string{grant}};
}

} // namespace

http_response answer_google_token(const identity_services& services, const http_request& request) {
  if (request.method() != beast_http::verb::post)
    return reply({405, "invalid_request", "Method not allowed."});
  const auto form = parse_form(request.body());
  const auto credentials = credentials_of(request, form);
  if (!credentials)
    return reply({400, "invalid_request", "Bad Request"});
  const auto* const from = authorization_behind(services, form);
  const requester who{from ? std::string_view{from->upn} : std::string_view{}, credentials->client_id};
  if (auto trouble = server_trouble(services.faults, who))
    return *trouble;
  if (const auto posted = posted_error(services.faults, who))
    return reply({posted->status, posted->error,
                  posted->error == "invalid_grant" ? dead_grant().description : std::string{posted->text}});
  const auto given = answer(services, *credentials, form);
  return given ? json_reply(*given) : reply(given.error());
}

http_response answer_google_revoke(const identity_services& services, const http_request& request) {
  if (request.method() != beast_http::verb::post)
    return reply({405, "invalid_request", "Method not allowed."});
  const auto query = parse_form(query_of(request)), form = parse_form(request.body());
  const auto text = form.contains("token") ? value_of(form, "token") : value_of(query, "token");
  if (const auto* const token = services.grants.find_refresh_token(text); token && !token->revoked) {
    services.grants.revoke(token->from.upn, token->from.client_id);
    return json_reply(json::object{});
  }
  if (const auto holder = services.tokens.check(text)) {
    services.grants.revoke(holder->upn, holder->client_id);
    return json_reply(json::object{});
  }
  return reply({400, "invalid_token", "Token expired or revoked"});
}

http_response answer_google_discovery(const identity_services& services) {
  const auto& base = services.base_url;
  return json_reply(json::object{
      {"issuer", base},
      {"authorization_endpoint", base + "/o/oauth2/v2/auth"},
      {"token_endpoint", base + "/token"},
      {"revocation_endpoint", base + "/revoke"},
      {"jwks_uri", base + "/oauth2/v3/certs"},
      {"response_types_supported", json::array{"code"}},
      {"response_modes_supported", json::array{"query", "fragment", "form_post"}},
      {"subject_types_supported", json::array{"public"}},
      {"id_token_signing_alg_values_supported", json::array{"RS256"}},
      {"scopes_supported", json::array{"openid", "email", "profile"}},
      {"token_endpoint_auth_methods_supported", json::array{"client_secret_post", "client_secret_basic"}},
      {"claims_supported", json::array{"aud", "email", "email_verified", "exp", "iat", "iss", "name", "sub"}},
      {"code_challenge_methods_supported", json::array{"plain", "S256"}},
      {"grant_types_supported", json::array{"authorization_code", "refresh_token"}}});
}

} // namespace postroom::sim
