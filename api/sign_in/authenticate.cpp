#include "actors/bridge.hpp"
#include "api/objects.hpp"
#include "api/sign_in/pending.hpp"
#include "api/sign_in/wish.hpp"
#include "protocol/http/url.hpp"
#include "storage/provider_lint.hpp"

#include <array>

/// "Authenticate": where the person who signs in is sent to.
namespace postroom::api {
namespace {

using namespace std::chrono_literals;

/// The provider may have to read the platform's discovery document first.
constexpr std::chrono::milliseconds plan_limit = 30s;

error no_redirect_uri(const records::Provider& of) {
  return fail(errc::invalid_argument,
              "provider '" + of.id() + "' has no redirect_uri: register https://<this gateway's public name>" +
                  std::string{storage::callback_path(of.service())} + " at the platform and set it here");
}

/// At the host to which the platform sends the browser back: only that one sees the cookie.
result<std::string> start_page_of(const records::SignIn& of) {
  const auto back = http::parse_url(of.redirect_uri());
  if (!back)
    return back.error();
  return std::string{back->tls ? "https://" : "http://"} + back->authority() + "/api/cloudProviders/oauth2/start/" +
         of.id();
}

response shown(const records::SignIn& of, const std::string& url) {
  const boost::json::object out{{"url", url},
                                {"expires", time_json(of.expires_ms())},
                                {"provider", of.provider()},
                                {"delegate", of.delegate()},
                                {"grant", of.grant()},
                                {"purpose", of.purpose()}};
  return answer_json(boost::json::serialize(out), 201);
}

awaitable<response> begin(const services& world, request& what, plan_sign_in::purpose purpose, sign_in::wish wanted) {
  const auto provider = co_await sign_in::check_wish(world, what, wanted);
  if (!provider)
    co_return refuse(provider.error());
  if (provider->redirect_uri().empty())
    co_return refuse(no_redirect_uri(*provider));
  const plan_sign_in question{what.tenant,     provider_id{provider->id()}, purpose, wanted.delegate, wanted.prompt,
                              wanted.form_post};
  auto plan = co_await ask<sign_in_plan>(world.actors, world.gateway, plan_limit, question);
  if (!plan)
    co_return refuse(plan.error());
  const auto made = co_await sign_in::begin(world, question, wanted.grant, std::move(*plan));
  if (!made)
    co_return refuse(made.error());
  const auto url = start_page_of(*made);
  if (!url)
    co_return refuse(url.error());
  log::info("api.sign_in_begun", {{"request", what.id},
                                  {"tenant", made->tenant()},
                                  {"provider", made->provider()},
                                  {"delegate", made->delegate()},
                                  {"purpose", made->purpose()}});
  co_return shown(*made, *url);
}

awaitable<response> authenticate(const services& world, request& what) {
  auto wanted = sign_in::read_wish(what, sign_in::wish_form::browser);
  if (!wanted)
    co_return refuse(wanted.error());
  co_return co_await begin(world, what, plan_sign_in::purpose::sign_in, std::move(*wanted));
}

awaitable<response> ask_administrator(const services& world, request& what) {
  // Named: GCC 12 destroys a temporary in the expression twice.
  sign_in::wish nobody_in_particular;
  co_return co_await begin(world, what, plan_sign_in::purpose::admin_consent, std::move(nobody_in_particular));
}

constexpr std::array routes{
    route{method::post, "/v1/providers/{provider}/authenticate", access::admin, authenticate, true, true},
    route{method::post, "/v1/providers/{provider}/admin-consent", access::admin, ask_administrator},
};

} // namespace

std::span<const route> authenticate_routes() {
  return routes;
}

} // namespace postroom::api
