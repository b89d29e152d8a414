#include "sim/identity/discovery.hpp"

#include "base/ascii.hpp"
#include "sim/identity/entra_clients.hpp"
#include "sim/identity/replies.hpp"

#include <boost/json.hpp>

namespace postroom::sim {
namespace {

namespace json = boost::json;

json::object configuration(const std::string& base_url, const std::string& tenant, const std::string& issuer_tenant) {
  const auto base = base_url + "/" + tenant;
  return {{"token_endpoint", base + "/oauth2/v2.0/token"},
          {"token_endpoint_auth_methods_supported",
           json::array{"client_secret_post", "private_key_jwt", "client_secret_basic"}},
          {"jwks_uri", base + "/discovery/v2.0/keys"},
          {"response_modes_supported", json::array{"query", "fragment", "form_post"}},
          {"subject_types_supported", json::array{"pairwise"}},
          {"id_token_signing_alg_values_supported", json::array{"RS256"}},
          {"response_types_supported", json::array{"code"}},
          {"scopes_supported", json::array{"openid", "profile", "email", "offline_access"}},
          {"issuer", base_url + "/" + issuer_tenant + "/v2.0"},
          {"request_uri_parameter_supported", false},
          {"authorization_endpoint", base + "/oauth2/v2.0/authorize"},
          {"device_authorization_endpoint", base + "/oauth2/v2.0/devicecode"},
          {"http_logout_supported", true},
          {"frontchannel_logout_supported", true},
          {"end_session_endpoint", base + "/oauth2/v2.0/logout"},
          {"claims_supported", json::array{"sub", "iss", "aud", "exp", "iat", "nonce", "preferred_username", "name",
                                           "tid", "oid", "ver", "email"}},
          {"tenant_region_scope", nullptr},
          {"cloud_instance_name", "microsoftonline.com"},
          {"cloud_graph_host_name", "graph.windows.net"},
          {"msgraph_host", base_url.substr(base_url.find("//") + 2)}};
}

denial unknown_tenant(std::string_view tenant) {
  return denial{90002, std::string{tenant}};
}

} // namespace

http_response answer_discovery(const identity_services& services, std::string_view tenant,
                               const http_request& request) {
  if (is_for_all_tenants(tenant))
    return json_reply(configuration(services.base_url, ascii_lower(tenant), "{tenantid}"));
  if (const auto* const found = find_entra_tenant(services.people, tenant))
    return json_reply(configuration(services.base_url, found->id, found->id));
  return entra_denial(unknown_tenant(tenant), request, services.time.now());
}

http_response answer_keys(const identity_services& services, std::string_view tenant, const http_request& request) {
  if (is_for_all_tenants(tenant) || find_entra_tenant(services.people, tenant))
    return json_reply(200, services.tokens.key_set());
  return entra_denial(unknown_tenant(tenant), request, services.time.now());
}

} // namespace postroom::sim
