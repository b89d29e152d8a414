#include "base/ascii.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "sim/control/client_certificates.hpp"
#include "sim/control/control_api.hpp"
#include "sim/control/json_fields.hpp"
#include "sim/identity/permissions.hpp"

#include <algorithm>
#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace postroom::sim {
namespace {

namespace http = boost::beast::http;
namespace json = boost::json;

constexpr std::size_t credentials_max = 100; ///< secrets, and certificates, of an application
constexpr auto too_many = "the application has 100 of them already";
constexpr std::int64_t life_max_s = 731 * 86'400; // two years, as the portal allows
constexpr std::int64_t default_life_s = 180 * 86'400;

/// Without the value, which nobody sees again.
json::object secret_json(const client_secret& secret) {
  return {{"key_id", secret.key_id}, {"expires", to_rfc3339(secret.expires)}};
}

json::object certificate_json(const client_certificate& certificate) {
  return {{"x5t", certificate.thumbprint_sha1},
          {"x5t#S256", certificate.thumbprint},
          {"expires", to_rfc3339(certificate.expires)}};
}

application* find_application(const control_call& call) {
  return call.world.people.find_application(call.names[0]);
}

http_response no_application(const control_call& call) {
  return refusal(fail(errc::not_found, "there is no application " + call.names[0]));
}

json::object application_json(const application& client) {
  json::array secrets, certificates, uris;
  for (const auto& each : client.secrets)
    secrets.push_back(secret_json(each));
  for (const auto& each : client.certificates)
    certificates.push_back(certificate_json(each));
  for (const auto& each : client.redirect_uris)
    uris.push_back(json::value(json::string_view{each.uri}));
  return {{"client_id", client.client_id},          {"name", client.name},
          {"home_tenant", client.home_tenant},      {"multi_tenant", client.multi_tenant},
          {"public_client", client.public_client},  {"roles", json::array(client.roles.begin(), client.roles.end())},
          {"redirect_uris", std::move(uris)},       {"secrets", std::move(secrets)},
          {"certificates", std::move(certificates)}};
}

http_response get_application(const control_call& call) {
  const auto* const found = find_application(call);
  return found ? json_answer(application_json(*found)) : no_application(call);
}

http_response patch_application(const control_call& call) {
  auto* const found = find_application(call);
  if (!found)
    return no_application(call);
  auto multi_tenant = found->multi_tenant, public_client = found->public_client;
  json_fields fields{call.request.body()};
  fields.read("multi_tenant", multi_tenant);
  fields.read("public_client", public_client);
  if (auto fine = fields.done(); !fine)
    return refusal(fine.error());
  found->multi_tenant = multi_tenant;
  found->public_client = public_client;
  return json_answer(application_json(*found));
}

http_response post_secret(const control_call& call) {
  auto* const found = find_application(call);
  if (!found)
    return no_application(call);
  std::int64_t life_s = default_life_s;
  json_fields fields{call.request.body()};
  fields.read("expires_in_s", life_s, 1, life_max_s);
  if (auto fine = fields.done(); !fine)
    return refusal(fine.error());
  if (found->secrets.size() >= credentials_max)
    return refusal(fail(errc::conflict, too_many));
  found->secrets.push_back({random_uuid(), secret<>{"sim~" + base64url_encode(random_string(24))},
                            call.world.time.now() + std::chrono::seconds{life_s}});
  auto answer = secret_json(found->secrets.back());
  answer["value"] = found->secrets.back().value.expose();
  return json_answer(answer, http::status::created);
}

http_response patch_secret(const control_call& call) {
  auto* const found = find_application(call);
  if (!found)
    return no_application(call);
  const auto secret = std::ranges::find(found->secrets, call.names[1], &client_secret::key_id);
  if (secret == found->secrets.end())
    return refusal(fail(errc::not_found, "the application has no secret with the key_id " + call.names[1]));
  std::int64_t life_s = 0;
  json_fields fields{call.request.body()};
  fields.read("expires_in_s", life_s, 0, life_max_s);
  if (!fields.has("expires_in_s"))
    fields.refuse("expires_in_s is needed; 0: it has expired");
  if (auto fine = fields.done(); !fine)
    return refusal(fine.error());
  secret->expires = call.world.time.now() + std::chrono::seconds{life_s};
  return json_answer(secret_json(*secret));
}

http_response post_certificate(const control_call& call) {
  auto* const found = find_application(call);
  if (!found)
    return no_application(call);
  auto certificate = read_client_certificate(call.request.body());
  if (!certificate)
    return refusal(certificate.error());
  if (found->certificates.size() >= credentials_max)
    return refusal(fail(errc::conflict, too_many));
  found->certificates.push_back(std::move(*certificate));
  return json_answer(certificate_json(found->certificates.back()), http::status::created);
}

/// The Enterprise Application of a tenant.
http_response patch_principal(const control_call& call) {
  auto* const tenant = call.world.people.find_tenant(call.names[0]);
  const auto* const client = call.world.people.find_application(call.names[1]);
  if (!tenant || !client)
    return refusal(fail(errc::not_found, "there is no such tenant or application"));
  auto& principal = principal_of(*tenant, client->client_id);
  auto enabled = principal.enabled, assignment_required = principal.assignment_required,
       mailboxes_restricted = principal.mailboxes_restricted;
  std::vector<std::string> roles(principal.roles.begin(), principal.roles.end()),
      scopes(principal.scopes.begin(), principal.scopes.end()),
      assigned(principal.assigned.begin(), principal.assigned.end());
  json_fields fields{call.request.body()};
  fields.read("enabled", enabled);
  fields.read("assignment_required", assignment_required);
  fields.read("assigned", assigned);
  fields.read("roles", roles);
  fields.read("scopes", scopes);
  fields.read("mailboxes_restricted", mailboxes_restricted);
  if (auto fine = fields.done(); !fine)
    return refusal(fine.error());
  principal.enabled = enabled;
  principal.assignment_required = assignment_required;
  principal.mailboxes_restricted = mailboxes_restricted;
  principal.roles = {roles.begin(), roles.end()};
  principal.scopes = {scopes.begin(), scopes.end()};
  principal.assigned.clear();
  for (const auto& each : assigned)
    principal.assigned.insert(ascii_lower(each));
  return json_answer(json::object{});
}

constexpr std::array<control_route, 6> application_table{
    {{http::verb::get, "/v1/applications/{}", "an app registration by its client id", get_application},
     {http::verb::patch, "/v1/applications/{}", "multi_tenant, public_client (device codes without a secret)",
      patch_application},
     {http::verb::post, "/v1/applications/{}/secrets", "one more secret, shown this once: expires_in_s", post_secret},
     {http::verb::patch, "/v1/applications/{}/secrets/{}", "by key_id: expires_in_s (0: now)", patch_secret},
     {http::verb::post, "/v1/applications/{}/certificates", "a certificate in PEM to sign assertions with",
      post_certificate},
     {http::verb::patch, "/v1/tenants/{}/applications/{}",
      "consent and access: enabled, assignment_required, assigned (UPNs), roles, scopes, mailboxes_restricted",
      patch_principal}}};

} // namespace

std::span<const control_route> application_routes() {
  return application_table;
}

} // namespace postroom::sim
