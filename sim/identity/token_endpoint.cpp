#include "sim/identity/token_endpoint.hpp"

#include "sim/identity/entra_clients.hpp"
#include "sim/identity/token_faults.hpp"
#include "sim/identity/token_grants.hpp"
#include "sim/identity/user_checks.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

namespace postroom::sim {
namespace {

namespace beast_http = boost::beast::http;

std::optional<denial> check_form(const token_call& call) {
  constexpr std::array<std::string_view, 4> grants{grant_code, grant_refresh, grant_device, grant_client};
  const auto grant = call.field("grant_type");
  if (grant.empty())
    return denial{900144, "grant_type"};
  if (std::ranges::find(grants, grant) == grants.end())
    return denial{70003, std::string{grant}};
  if (call.credentials.client_id.empty())
    return denial{900144, "client_id"};
  return std::nullopt;
}

/// Fills in directory and client, which must fit each other.
std::optional<denial> find_client(token_call& call) {
  const auto found = find_entra_client(call.services.people, call.tenant_name, call.credentials.client_id);
  if (!found)
    return found.error();
  call.client = found->client;
  call.directory = found->directory;
  if (!call.directory)
    return std::nullopt;
  const auto principal = find_principal(*call.directory, *call.client);
  return principal ? std::nullopt : std::optional{principal.error()};
}

/// How the client that asks has to prove itself: by its registration, and by the platform of the redirect URI that the
/// user came back to. Entra takes a single-page application's tokens only from browsers; here its secret is checked if
/// there is one.
client_kind kind_of(const token_call& call) {
  const auto& client = *call.client;
  const bool has_credentials = !client.secrets.empty() || !client.certificates.empty();
  const auto registered =
      client.public_client && !has_credentials ? client_kind::public_client : client_kind::confidential;
  if (const auto* const from = authorization_behind(call.services, call.form)) {
    const auto uri = std::ranges::find(client.redirect_uris, from->redirect_uri, &redirect_uri::uri);
    if (from->spa)
      return client_kind::either;
    if (uri != client.redirect_uris.end())
      return uri->kind == redirect_kind::native ? client_kind::public_client : registered;
  }
  // Without a redirect URI, as with device codes, the registration's switch decides.
  return client.public_client && call.field("grant_type") != grant_client ? client_kind::public_client : registered;
}

/// What an assertion may be for: the token endpoint, or the issuer.
std::vector<std::string> audiences_of(const token_call& call) {
  std::vector<std::string> audiences;
  for (const auto name : {call.tenant_name, call.directory ? std::string_view{call.directory->id} : call.tenant_name}) {
    const auto base = call.services.base_url + "/" + std::string{name};
    audiences.push_back(base + "/oauth2/v2.0/token");
    audiences.push_back(base + "/v2.0");
  }
  return audiences;
}

outcome<boost::json::object> grant(const token_call& call) {
  const auto type = call.field("grant_type");
  if (type == grant_code)
    return redeem_code(call);
  if (type == grant_refresh)
    return refresh(call);
  if (type == grant_device)
    return redeem_device_code(call);
  return grant_to_client(call);
}

outcome<boost::json::object> answer(token_call& call) {
  if (auto why = check_form(call))
    return *why;
  if (auto why = find_client(call))
    return *why;
  if (auto why =
          authenticate(*call.client, kind_of(call), call.credentials, audiences_of(call), call.services.time.now()))
    return *why;
  return grant(call);
}

} // namespace

const authorization* authorization_behind(const identity_services& services, const form_fields& form) {
  const auto type = value_of(form, "grant_type");
  if (type == grant_code)
    return services.grants.find_code(value_of(form, "code"));
  if (type == grant_refresh) {
    const auto* const token = services.grants.find_refresh_token(value_of(form, "refresh_token"));
    return token ? &token->from : nullptr;
  }
  if (type == grant_device) {
    const auto* const device = services.grants.find_device(value_of(form, "device_code"));
    return device && device->state == device_state::approved ? &device->granted : nullptr;
  }
  return nullptr;
}

http_response answer_token_request(const identity_services& services, std::string_view tenant,
                                   const http_request& request) {
  const auto now = services.time.now();
  if (request.method() != beast_http::verb::post)
    return entra_denial(denial{900561, std::string{view_of(request.method_string())}}, request, now);
  token_call call{services, tenant, nullptr, parse_form(request.body()), {}, nullptr};
  auto credentials = credentials_of(request, call.form);
  if (!credentials)
    return entra_denial(denial{9002313}, request, now);
  call.credentials = std::move(*credentials);
  const auto* const from = authorization_behind(services, call.form);
  const requester who{from ? std::string_view{from->upn} : std::string_view{}, call.credentials.client_id};
  if (auto trouble = server_trouble(services.faults, who))
    return *trouble;
  if (const auto posted = posted_error(services.faults, who))
    return entra_denial(denial{*posted}, request, now);
  const auto given = answer(call);
  return given ? json_reply(*given) : entra_denial(given.error(), request, now);
}

} // namespace postroom::sim
