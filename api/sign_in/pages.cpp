#include "api/router.hpp"
#include "api/sign_in/cookie.hpp"
#include "api/sign_in/html_page.hpp"
#include "api/sign_in/outcome_pages.hpp"
#include "api/sign_in/pending.hpp"
#include "api/sign_in/start_page.hpp"

#include "actors/bridge.hpp"
#include "api/store_calls.hpp"
#include "base/ascii.hpp"
#include "base/limits.hpp"
#include "base/log.hpp"
#include "storage/provider_lint.hpp"
#include "storage/secrets.hpp"

#include <array>
#include <variant>

/// What a browser asks for: the start page, whose button sends it to the platform, and the callback, where it comes
/// back.
namespace postroom::api {
namespace {

using namespace std::chrono_literals;

/// The platform is asked for tokens, its keys, and Microsoft Graph for a token.
constexpr std::chrono::milliseconds redeem_limit = 60s;
/// A code has 8 KiB at most; everything beside it is short.
constexpr std::uint64_t form_bytes_max = 32 * limits::kib;

using sign_in::pending;

std::optional<response> too_often(const services& world, const request& what) {
  const auto wait = what.server->open_pages.refused(what.remote, world.time.ticks());
  return wait ? std::optional{sign_in::too_many_page(*wait)} : std::nullopt;
}

bool is_over(const services& world, const records::SignIn& what) {
  return what.expires_ms() <= world.time.now().time_since_epoch().count();
}

error stale() {
  return sign_in::sign_in_error(errc::not_found, "sign_in.stale_state", "no sign-in waits for this answer");
}

response redirect_to(const std::string& url) {
  response out;
  out.status = 303;
  out.content_type = "text/plain; charset=utf-8";
  out.headers.emplace_back("Location", url);
  sign_in::add_page_headers(out);
  return out;
}

/// A sign-in that no browser is bound to yet, or the answer to give.
awaitable<std::variant<pending, response>> find_unbound(const services& world, const request& what) {
  if (auto slow = too_often(world, what))
    co_return std::move(*slow);
  auto found = co_await sign_in::find(world, what.param("id"));
  if (!found)
    co_return sign_in::failure_page(found.error(), nullptr);
  if (!*found || is_over(world, (*found)->value))
    co_return sign_in::failure_page(stale(), nullptr);
  const auto& of = (*found)->value;
  if (of.cookie_hash().empty())
    co_return std::move(**found);
  const bool same = sign_in::is_bound_to(of, sign_in::cookie_in(what.cookie, of.id()));
  co_return same ? redirect_to(of.authorize_url()) : sign_in::used_link_page();
}

/// Programs that look links over open them, too, and must not use them up: a person presses the page's button.
awaitable<response> show_start(const services& world, request& what) {
  auto found = co_await find_unbound(world, what);
  if (auto* instead = std::get_if<response>(&found))
    co_return std::move(*instead);
  co_return sign_in::start_page(std::get<pending>(found).value);
}

awaitable<response> start_sign_in(const services& world, request& what) {
  auto found = co_await find_unbound(world, what);
  if (auto* instead = std::get_if<response>(&found))
    co_return std::move(*instead);
  auto& waiting = std::get<pending>(found);
  const auto of = waiting.value;
  const auto left = std::chrono::milliseconds{of.expires_ms()} - world.time.now().time_since_epoch();
  const auto cookie = sign_in::draw_cookie();
  const auto bound = co_await sign_in::bind(world, std::move(waiting), cookie);
  if (!bound)
    co_return bound.error().code == errc::conflict ? sign_in::used_link_page()
                                                   : sign_in::failure_page(bound.error(), nullptr);
  auto out = redirect_to(of.authorize_url());
  out.headers.emplace_back("Set-Cookie",
                           sign_in::set_cookie(of.id(), cookie, std::chrono::ceil<std::chrono::seconds>(left)));
  co_return out;
}

/// Whether the platform sent the browser to the path of its own service: an answer of one must not pass for another's
/// (RFC 9700 §4.4).
bool is_path_of(const request& what, const records::Provider& of) {
  return storage::callback_path(of.service()).ends_with("/" + what.param("service") + "/callback");
}

/// The sign-in has failed; each has one page and one event.
awaitable<response> give_up(const services& world, pending what, error why) {
  const auto record = what.value;
  const auto done = co_await sign_in::consume(world, std::move(what), why);
  if (!done)
    co_return sign_in::failure_page(done.error().code == errc::conflict ? stale() : done.error(), &record);
  log::warning("api.sign_in_failed", {{"tenant", record.tenant()},
                                      {"provider", record.provider()},
                                      {"code", to_string(why.code)},
                                      {"cause", why.cause}});
  co_return sign_in::failure_page(why, &record);
}

result<redeem_code> question_of(const services& world, const records::SignIn& of, const oauth2::code_received& answer) {
  auto verifier = storage::open_code_verifier(world.keys, of);
  if (!verifier)
    return verifier.error();
  return redeem_code{tenant_id{of.tenant()},
                     provider_id{of.provider()},
                     answer.code,
                     std::move(*verifier),
                     of.nonce(),
                     of.redirect_uri(),
                     of.wanted_scope(),
                     of.delegate(),
                     of.grant()};
}

/// The record is gone already: whatever happens now, this answer is not taken a second time.
awaitable<response> redeem(const services& world, records::SignIn of, oauth2::code_received answer) {
  auto question = question_of(world, of, answer);
  auto who = question ? result<signed_in>{fail(errc::internal)} : result<signed_in>{question.error()};
  if (question)
    who = co_await ask<signed_in>(world.actors, world.gateway, redeem_limit, std::move(*question));
  if (who)
    co_return sign_in::signed_in_page(of, *who);
  co_await sign_in::announce_failure(world, of, who.error());
  co_return sign_in::failure_page(who.error(), &of);
}

awaitable<response> take_answer(const services& world, pending what, oauth2::authorize_answer answer) {
  if (const auto* refused = std::get_if<oauth2::authorize_refused>(&answer))
    co_return co_await give_up(world, std::move(what), sign_in::error_of(*refused));
  const bool consent_wanted = what.value.purpose() == "admin_consent";
  if (consent_wanted != std::holds_alternative<oauth2::admin_consented>(answer))
    co_return co_await give_up(world, std::move(what),
                               fail(errc::protocol_violation, "the answer is not to what was asked"));
  const auto record = what.value;
  const auto mine = co_await sign_in::consume(world, std::move(what), {});
  if (!mine)
    co_return sign_in::failure_page(mine.error().code == errc::conflict ? stale() : mine.error(), &record);
  if (const auto* consented = std::get_if<oauth2::admin_consented>(&answer))
    co_return sign_in::consented_page(record, *consented);
  co_return co_await redeem(world, record, std::move(std::get<oauth2::code_received>(answer)));
}

awaitable<response> come_back(const services& world, const request& what,
                              const std::map<std::string, std::string>& parameters) {
  auto answer = oauth2::read_authorize_answer(parameters);
  const auto state = parameters.find("state");
  if (!answer || state == parameters.end())
    co_return sign_in::unreadable_page(answer ? fail(errc::invalid_argument, "there is no state") : answer.error());
  auto found = co_await sign_in::find_by_state(world, state->second);
  if (!found)
    co_return sign_in::failure_page(found.error(), nullptr);
  if (!*found)
    co_return sign_in::failure_page(stale(), nullptr);
  const auto& of = (*found)->value;
  const auto provider = co_await fetch<records::Provider>(
      world.store, storage::keys::provider(tenant_id{of.tenant()}, provider_id{of.provider()}));
  if (!provider)
    co_return sign_in::failure_page(provider.error(), &of);
  if (!*provider || !is_path_of(what, (*provider)->value))
    co_return sign_in::failure_page(stale(), nullptr);
  if (!sign_in::is_bound_to(of, sign_in::cookie_in(what.cookie, of.id())))
    co_return co_await give_up(world, std::move(**found),
                               sign_in::sign_in_error(errc::forbidden, "sign_in.no_cookie",
                                                      "the browser that came back has not the cookie of the sign-in"));
  if (is_over(world, of))
    co_return co_await give_up(world, std::move(**found), stale());
  co_return co_await take_answer(world, std::move(**found), std::move(*answer));
}

awaitable<response> callback(const services& world, request& what) {
  if (auto slow = too_often(world, what))
    co_return std::move(*slow);
  if (what.method == method::head)
    co_return sign_in::preview_page();
  co_return co_await come_back(world, what, what.query);
}

bool is_form(std::string_view content_type) {
  const auto type = content_type.substr(0, content_type.find_first_of("; \t"));
  return ascii_iequals(type, "application/x-www-form-urlencoded");
}

awaitable<response> callback_form(const services& world, request& what) {
  if (auto slow = too_often(world, what))
    co_return std::move(*slow);
  if (!is_form(what.content_type))
    co_return sign_in::unreadable_page(fail(errc::invalid_argument, "the body is not a form"));
  std::string body;
  while (true) {
    const auto piece = co_await what.incoming->next();
    if (!piece)
      co_return sign_in::unreadable_page(piece.error());
    if (!*piece)
      break;
    body += **piece;
  }
  std::map<std::string, std::string> parameters;
  if (const auto read = read_form(body, parameters); !read)
    co_return sign_in::unreadable_page(read.error());
  co_return co_await come_back(world, what, parameters);
}

constexpr std::array routes{
    route{method::get, "/api/cloudProviders/oauth2/start/{id}", access::anybody, show_start, false},
    route{method::post, "/api/cloudProviders/oauth2/start/{id}", access::anybody, start_sign_in, false},
    route{method::get, "/api/cloudProviders/oauth2/{service}/callback", access::anybody, callback, false},
    route{method::post, "/api/cloudProviders/oauth2/{service}/callback", access::anybody, callback_form, false, false,
          form_bytes_max},
};

} // namespace

std::span<const route> sign_in_page_routes() {
  return routes;
}

} // namespace postroom::api
