#include "sim/identity/sign_in_pages.hpp"

#include "base/ascii.hpp"
#include "base/crypto.hpp"
#include "sim/identity/admin_consent.hpp"
#include "sim/identity/authorize_page.hpp"
#include "sim/identity/device_page.hpp"
#include "sim/identity/identification.hpp"
#include "sim/identity/sign_in_views.hpp"

#include <algorithm>
#include <set>

namespace postroom::sim {
namespace {

namespace beast_http = boost::beast::http;

enum class place : std::uint8_t { authorize, admin_consent, admin_consent_1, device_login, log_out, google };
struct route {
  place where;
  std::string tenant;
};

std::optional<route> find_route(std::string_view path) {
  if (path == "/devicelogin")
    return route{place::device_login, ""};
  if (path == "/o/oauth2/v2/auth")
    return route{place::google, ""};
  if (!path.starts_with('/'))
    return std::nullopt;
  const auto slash = path.find('/', 1);
  if (slash == std::string_view::npos || slash == 1)
    return std::nullopt;
  const std::string tenant{path.substr(1, slash - 1)};
  const auto rest = path.substr(slash);
  if (rest == "/oauth2/v2.0/authorize")
    return route{place::authorize, tenant};
  if (rest == "/v2.0/adminconsent")
    return route{place::admin_consent, tenant};
  if (rest == "/adminconsent")
    return route{place::admin_consent_1, tenant};
  if (rest == "/oauth2/v2.0/logout")
    return route{place::log_out, tenant};
  return std::nullopt;
}

http_response plain(beast_http::status status, std::string_view text) {
  http_response response{status, 11};
  response.set(beast_http::field::content_type, "text/plain; charset=utf-8");
  response.set(beast_http::field::cache_control, "no-store");
  response.body() = text;
  return response;
}

/// The client's `client-request-id` when it is a GUID: it is repeated on pages and in answers.
std::string correlation_id_of(const page_context& context, const http_request& request) {
  auto id = context.field("client-request-id");
  if (id.empty())
    id = std::string{request["client-request-id"]};
  const auto good = [](char c) {
    return (c >= '0' && c <= '9') || (ascii_lower(c) >= 'a' && ascii_lower(c) <= 'f') || c == '-';
  };
  return id.size() == 36 && std::ranges::all_of(id, good) ? id : random_uuid();
}

http_response start(page_context& context, const route& to) {
  switch (to.where) {
  case place::authorize:
    return start_authorize(context, face::microsoft, to.tenant);
  case place::google:
    return start_authorize(context, face::google, {});
  case place::admin_consent:
    return start_admin_consent(context, to.tenant, false);
  case place::admin_consent_1:
    return start_admin_consent(context, to.tenant, true);
  case place::device_login:
  case place::log_out:
    break;
  }
  return start_device_login(context);
}

http_response show_again(page_context& context, half_sign_in& flow) {
  if (std::holds_alternative<authorize_request>(flow.purpose))
    return go_on_authorize(context, flow);
  if (std::holds_alternative<admin_consent_request>(flow.purpose))
    return go_on_admin_consent(context, flow);
  return go_on_device_login(context, flow);
}

http_response take(page_context& context, face look) {
  auto* const flow = context.browsers.find(context.fields, context.browser, context.path);
  if (!flow)
    return error_page({look}, {50089, "", "", ""}, context.correlation_id, context.services.time.now());
  // A double click, or a page come back to by the browser's history.
  if (context.field("step") != to_string(flow->step))
    return show_again(context, *flow);
  if (auto page = take_identification(context, *flow))
    return std::move(*page);
  if (std::holds_alternative<authorize_request>(flow->purpose))
    return take_authorize(context, *flow);
  if (std::holds_alternative<admin_consent_request>(flow->purpose))
    return take_admin_consent(context, *flow);
  return take_device_login(context, *flow);
}

} // namespace

sign_in_pages::sign_in_pages(identity_services& services)
    : services_(services), browsers_(services.time, services.base_url.starts_with("https:")) {
}

std::optional<http_response> sign_in_pages::answer(const http_request& request) {
  const std::string_view target{request.target().data(), request.target().size()};
  const auto question = std::min(target.find('?'), target.size());
  const auto to = find_route(target.substr(0, question));
  if (!to)
    return std::nullopt;
  const bool posts = request.method() == beast_http::verb::post;
  if (!posts && request.method() != beast_http::verb::get) {
    auto refused = plain(beast_http::status::method_not_allowed, "Method not allowed\n");
    refused.set(beast_http::field::allow, "GET, POST");
    return refused;
  }
  if (request.body().size() > form_bytes_max)
    return plain(beast_http::status::payload_too_large, "Form too large\n");
  const auto look = to->where == place::google ? face::google : face::microsoft;
  const auto query = target.substr(std::min(question + 1, target.size()));
  page_context context{services_, browsers_, {}, std::string{target.substr(0, question)}, {}, {}, {}, {}};
  if (query.size() > query_bytes_max)
    return error_page({look}, {90015, "", "", ""}, random_uuid(), services_.time.now());
  context.fields = parse_form(posts && to->where != place::log_out ? std::string_view{request.body()} : query);
  context.correlation_id = correlation_id_of(context, request);
  context.session = find_cookie(request, browser_sessions::session_cookie);
  context.browser = find_cookie(request, browser_sessions::browser_cookie);
  if (context.browser.empty()) {
    context.browser = browser_sessions::new_secret();
    context.cookies.push_back(browsers_.set_cookie(browser_sessions::browser_cookie, context.browser));
  }
  auto response = to->where == place::log_out ? log_out(context) : posts ? take(context, look) : start(context, *to);
  for (const auto& cookie : context.cookies)
    response.insert(beast_http::field::set_cookie, cookie);
  return response;
}

http_response sign_in_pages::log_out(page_context& context) {
  const auto target = context.field("post_logout_redirect_uri");
  std::set<std::string> clients{context.field("client_id")};
  if (auto* const session = browsers_.session(context.session)) {
    clients.insert(session->clients.begin(), session->clients.end());
    const auto hint = context.field("logout_hint");
    const auto is_meant = [&](const signed_in_account& one) { return ascii_iequals(one.upn, hint); };
    if (std::erase_if(session->accounts, is_meant) == 0 || session->accounts.empty()) {
      browsers_.end_session(context.session);
      context.cookies.push_back(browsers_.set_cookie(browser_sessions::session_cookie, {}));
    }
  }
  const bool registered = std::ranges::any_of(clients, [&](const std::string& id) {
    const auto* const client = services_.people.find_application(id);
    return client && !check_redirect_uri(*client, target);
  });
  if (registered) {
    const auto state = context.fields.find("state");
    return redirect_to(state == context.fields.end() ? target
                                                     : add_parameters(target, {{"state", state->second}}, false));
  }
  return done_page(face::microsoft, "You signed out of your account", "It's a good idea to close all browser windows.",
                   "done");
}

} // namespace postroom::sim
