#include "sim/identity/authorize_page.hpp"

#include "sim/identity/consent_step.hpp"
#include "sim/identity/identification.hpp"
#include "sim/identity/sign_in_views.hpp"

namespace postroom::sim {
namespace {

/// Over for good: the client hears why.
http_response refuse(page_context& context, const half_sign_in& flow, const sign_in_refusal& why) {
  const auto& request = std::get<authorize_request>(flow.purpose);
  auto answer = refuse_client(flow.look, request.reply, why, flow.correlation_id, context.services.time.now());
  context.browsers.finish(flow);
  return answer;
}

/// Only the person is told, unless no page may be shown.
http_response stop(page_context& context, half_sign_in& flow, sign_in_refusal why) {
  if (std::get<authorize_request>(flow.purpose).prompt_none) {
    why.error = "interaction_required";
    return refuse(context, flow, why);
  }
  return account_error_page(flow, why, context.services.time.now());
}

http_response issue(page_context& context, const half_sign_in& flow, const signing_in& all) {
  const auto& request = std::get<authorize_request>(flow.purpose);
  authorization what;
  what.tenant_id = all.directory.id;
  what.client_id = request.client_id;
  what.upn = all.who.upn;
  what.redirect_uri = request.reply.redirect_uri;
  what.spa = request.kind == redirect_kind::spa;
  what.scopes = request.scopes;
  what.nonce = request.nonce;
  what.code_challenge = request.code_challenge;
  what.code_challenge_method = request.code_challenge_method;
  what.signed_in = flow.account.when;
  const bool google = flow.look == face::google;
  std::string asked;
  for (const auto& scope : request.scopes)
    if (!google || scope != "offline_access")
      asked.append(asked.empty() ? "" : " ").append(scope);
  // Google gives a refresh token with a consent, and none for later sign-ins.
  if (google && !flow.consented)
    std::erase(what.scopes, "offline_access");
  parameters values{{"code", context.services.grants.issue_code(std::move(what))}};
  auto* const session = context.browsers.session(context.session);
  if (session && session->clients.size() < browser_session::clients_max)
    session->clients.insert(request.client_id);
  if (google)
    values.insert(values.end(), {{"scope", asked}, {"authuser", "0"}, {"prompt", flow.consented ? "consent" : "none"}});
  else if (session)
    values.emplace_back("session_state", session->id);
  auto answer = answer_client(flow.look, request.reply, std::move(values));
  context.browsers.finish(flow);
  return answer;
}

} // namespace

http_response start_authorize(page_context& context, face look, const std::string& tenant) {
  authorize_request request;
  if (const auto refused = read_authorize_request(context.services.people, look, tenant, context.fields, request)) {
    const auto now = context.services.time.now();
    const bool to_person = refused->error.empty() || look == face::google; // Google never sends these to the client
    return to_person ? error_page({look}, *refused, context.correlation_id, now)
                     : refuse_client(look, request.reply, *refused, context.correlation_id, now);
  }
  half_sign_in begun;
  begun.browser = context.browser;
  begun.look = look;
  begun.correlation_id = context.correlation_id;
  begun.path = context.path;
  begun.tenant = tenant;
  const bool silent = request.prompt_none;
  begun.purpose = std::move(request);
  auto& flow = context.browsers.start(std::move(begun));
  if (silent) {
    if (const auto refused = silent_refusal(context, flow))
      return refuse(context, flow, *refused);
  }
  return go_on_authorize(context, flow);
}

http_response go_on_authorize(page_context& context, half_sign_in& flow) {
  if (auto page = identify(context, flow))
    return std::move(*page);
  if (const auto refused = check_directory(context, flow))
    return stop(context, flow, *refused);
  const auto all = who_signs_in(context, flow);
  if (const auto refused = check_admission(all))
    return stop(context, flow, *refused);
  const auto& request = std::get<authorize_request>(flow.purpose);
  if (auto page = ask_consent(context, flow, all, request.scopes, request.prompt_consent)) {
    if (request.prompt_none)
      return refuse(context, flow, {65001, "consent_required", request.client_id, all.client.name});
    return std::move(*page);
  }
  return issue(context, flow, all);
}

http_response take_authorize(page_context& context, half_sign_in& flow) {
  if (flow.step != sign_in_step::consent && flow.step != sign_in_step::need_admin)
    return go_on_authorize(context, flow);
  const bool need_admin = flow.step == sign_in_step::need_admin;
  const auto& request = std::get<authorize_request>(flow.purpose);
  const auto all = who_signs_in(context, flow);
  if (take_consent(context, flow, all, request.scopes) == consent_answer::declined)
    return refuse(context, flow, {need_admin ? 90094U : 65004U, "access_denied", all.directory.name, all.client.name});
  return go_on_authorize(context, flow);
}

} // namespace postroom::sim
