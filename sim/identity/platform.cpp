#include "sim/identity/platform.hpp"

#include "base/ascii.hpp"
#include "protocol/http/date.hpp"
#include "sim/identity/device_endpoint.hpp"
#include "sim/identity/discovery.hpp"
#include "sim/identity/google_endpoints.hpp"
#include "sim/identity/permissions.hpp"
#include "sim/identity/replies.hpp"
#include "sim/identity/sign_in_pages.hpp"
#include "sim/identity/token_endpoint.hpp"

#include <utility>

namespace postroom::sim {
namespace {

http_response not_found() {
  return plain_reply(404, "text/plain", "Not Found");
}

/// `/{tenant}/rest`
struct tenant_path {
  std::string_view tenant;
  std::string_view rest;
};

tenant_path split_path(std::string_view path) {
  path.remove_prefix(path.starts_with('/') ? 1 : 0);
  const auto slash = path.find('/');
  return slash == std::string_view::npos ? tenant_path{path, {}}
                                         : tenant_path{path.substr(0, slash), path.substr(slash)};
}

} // namespace

identity_platform::identity_platform(identity_services services)
    : services_(std::move(services)), pages_(std::make_unique<sign_in_pages>(services_)) {
}

identity_platform::~identity_platform() = default;

http_response identity_platform::answer(const http_request& request) {
  auto response = route(request);
  response.set(boost::beast::http::field::date, http::format_date(services_.time.now()));
  return response;
}

http_response identity_platform::route(const http_request& request) {
  if (auto page = pages_->answer(request))
    return std::move(*page);
  const auto path = path_of(request);
  const auto [tenant, rest] = split_path(path);
  if (path == "/token" || rest == "/oauth2/v2.0/token") {
    ++token_requests_;
    return path == "/token" ? answer_google_token(services_, request)
                            : answer_token_request(services_, tenant, request);
  }
  if (rest == "/oauth2/v2.0/devicecode")
    return answer_device_request(services_, tenant, request);
  if (path == "/revoke")
    return answer_google_revoke(services_, request);
  if (request.method() != boost::beast::http::verb::get)
    return not_found();
  if (path == "/.well-known/openid-configuration")
    return answer_google_discovery(services_);
  if (path == "/oauth2/v3/certs")
    return json_reply(200, services_.tokens.key_set(service::google));
  if (rest == "/v2.0/.well-known/openid-configuration")
    return answer_discovery(services_, tenant, request);
  if (rest == "/discovery/v2.0/keys")
    return answer_keys(services_, tenant, request);
  return not_found();
}

secret<> sign_in(const identity_services& services, std::string_view client_id, std::string_view upn,
                 const std::vector<std::string>& scopes) {
  auto* const home = services.people.tenant_of(upn);
  auto* const who = home ? home->find_user(upn) : nullptr;
  if (!who)
    return {};
  authorization from;
  from.tenant_id = home->id;
  from.client_id = client_id;
  from.upn = who->upn;
  from.scopes = scopes;
  from.signed_in = services.time.now();
  const auto* const client = services.people.find_application(client_id);
  if (client && !client->redirect_uris.empty()) {
    from.redirect_uri = client->redirect_uris.front().uri;
    from.spa = client->redirect_uris.front().kind == redirect_kind::spa;
  }
  record_consent(principal_of(*home, client ? client->client_id : std::string{client_id}), upn, scopes);
  if (who->mfa_required)
    who->last_mfa = services.time.now();
  return services.grants.issue_refresh_token(from);
}

std::vector<std::string> mail_scopes(service kind) {
  if (kind == service::google)
    return {"https://mail.google.com/", "offline_access"};
  return {"https://outlook.office.com/IMAP.AccessAsUser.All", "https://outlook.office.com/SMTP.Send", "offline_access"};
}

std::vector<std::string> graph_scopes() {
  return {"User.Read", "Mail.Read.Shared", "Mail.ReadWrite.Shared", "Mail.Send.Shared"};
}

} // namespace postroom::sim
