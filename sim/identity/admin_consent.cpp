#include "sim/identity/admin_consent.hpp"

#include "base/ascii.hpp"
#include "sim/identity/identification.hpp"
#include "sim/identity/permissions.hpp"
#include "sim/identity/sign_in_views.hpp"

#include <set>

namespace postroom::sim {
namespace {

/// What the request comes to.
struct wish {
  std::vector<std::string> scopes; ///< delegated
  std::set<std::string> roles;
};

wish wish_of(const admin_consent_request& request, const application& client) {
  if (request.first_version)
    return {{}, roles_at(client, "")};
  wish out;
  for (const auto& scope : request.scopes) {
    const auto parts = split_scope(scope);
    if (parts.name == ".default")
      out.roles.merge(roles_at(client, parts.resource));
    else
      out.scopes.push_back(scope);
  }
  return out;
}

/// Fills `request`; with an `error` when the client may hear of the sign_in_refusal.
std::optional<sign_in_refusal> read(const page_context& context, const std::string& tenant,
                                    admin_consent_request& request) {
  if (!request.first_version && ascii_iequals(tenant, "common"))
    return sign_in_refusal{90130, "", context.field("client_id"), tenant};
  request.client_id = context.field("client_id");
  if (auto refused = check_application(context.services.people, face::microsoft, tenant, request.client_id))
    return refused;
  const auto& client = *context.services.people.find_application(request.client_id);
  request.client_id = client.client_id;
  request.reply.redirect_uri = context.field("redirect_uri");
  if (auto refused = check_redirect_uri(client, request.reply.redirect_uri))
    return refused;
  if (const auto state = context.fields.find("state"); state != context.fields.end())
    request.reply.state = state->second;
  if (request.first_version)
    return std::nullopt;
  request.scopes = split_scopes(context.field("scope"));
  if (request.scopes.empty())
    return sign_in_refusal{900144, "invalid_request", "scope", ""};
  if (const auto fault = check_scopes(face::microsoft, request.scopes); fault.code)
    return sign_in_refusal{fault.code, fault.code == 500011 ? "invalid_resource" : "invalid_scope", fault.what, ""};
  return std::nullopt;
}

http_response refuse(page_context& context, const half_sign_in& flow, std::uint32_t code) {
  const auto all = who_signs_in(context, flow);
  const auto& request = std::get<admin_consent_request>(flow.purpose);
  const auto* const error = request.first_version ? "permission_denied" : "consent_required";
  auto answer = refuse_client(flow.look, request.reply, {code, error, all.directory.name, all.client.name},
                              flow.correlation_id, context.services.time.now());
  context.browsers.finish(flow);
  return answer;
}

http_response grant(page_context& context, const half_sign_in& flow, const signing_in& all) {
  const auto& request = std::get<admin_consent_request>(flow.purpose);
  auto wanted = wish_of(request, all.client);
  auto& principal = principal_of(all.directory, all.client.client_id);
  record_consent(principal, {}, wanted.scopes);
  principal.roles.merge(wanted.roles);
  std::string scope;
  for (const auto& one : request.scopes)
    scope.append(scope.empty() ? "" : " ").append(one);
  parameters values{{"admin_consent", "True"}, {"tenant", all.directory.id}};
  if (!request.first_version)
    values.emplace_back("scope", scope);
  auto answer = answer_client(flow.look, request.reply, std::move(values));
  context.browsers.finish(flow);
  return answer;
}

} // namespace

http_response start_admin_consent(page_context& context, const std::string& tenant, bool first_version) {
  admin_consent_request request;
  request.first_version = first_version;
  if (const auto refused = read(context, tenant, request)) {
    const auto now = context.services.time.now();
    return refused->error.empty()
               ? error_page({}, *refused, context.correlation_id, now)
               : refuse_client(face::microsoft, request.reply, *refused, context.correlation_id, now);
  }
  half_sign_in begun;
  begun.browser = context.browser;
  begun.correlation_id = context.correlation_id;
  begun.path = context.path;
  begun.tenant = tenant;
  begun.purpose = std::move(request);
  return go_on_admin_consent(context, context.browsers.start(std::move(begun)));
}

http_response go_on_admin_consent(page_context& context, half_sign_in& flow) {
  if (auto page = identify(context, flow))
    return std::move(*page);
  if (const auto refused = check_directory(context, flow))
    return account_error_page(flow, *refused, context.services.time.now());
  const auto all = who_signs_in(context, flow);
  if (!all.who.administrator) {
    flow.step = sign_in_step::need_admin;
    return need_admin_page(flow, all, context.services.time.now());
  }
  flow.step = sign_in_step::admin_consent;
  auto [permissions, roles] = wish_of(std::get<admin_consent_request>(flow.purpose), all.client);
  permissions.insert(permissions.end(), roles.begin(), roles.end());
  return admin_consent_page(flow, all.client, all.directory, permissions);
}

http_response take_admin_consent(page_context& context, half_sign_in& flow) {
  if (flow.step == sign_in_step::need_admin)
    return refuse(context, flow, 90094);
  if (flow.step != sign_in_step::admin_consent)
    return go_on_admin_consent(context, flow);
  if (context.field("action") != "accept")
    return refuse(context, flow, 65004);
  return grant(context, flow, who_signs_in(context, flow));
}

} // namespace postroom::sim
