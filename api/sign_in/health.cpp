#include "actors/bridge.hpp"
#include "api/objects.hpp"
#include "api/sign_in/json.hpp"

#include <algorithm>
#include <array>

/// How providers and grants stand, and how a grant is given up.
namespace postroom::api {
namespace {

using namespace std::chrono_literals;

/// Read from memory.
constexpr std::chrono::milliseconds status_limit = 5s;
/// The platform is told where it can be.
constexpr std::chrono::milliseconds revoke_limit = 60s;

awaitable<result<storage::versioned<records::Grant>>> grant_of(const services& world, const request& what) {
  const auto id = what.param("grant");
  auto asked = fetch_existing<records::Grant>(world.store, storage::keys::grant(what.tenant, grant_id{id}),
                                              "grant '" + id + "'");
  co_return co_await std::move(asked);
}

awaitable<response> get_provider_status(const services& world, request& what) {
  const auto id = what.param("provider");
  const auto found = co_await fetch_existing<records::Provider>(
      world.store, storage::keys::provider(what.tenant, provider_id{id}), "provider '" + id + "'");
  if (!found)
    co_return refuse(found.error());
  const ask_provider question{what.tenant, provider_id{id}};
  const auto status = co_await ask<provider_status>(world.actors, world.gateway, status_limit, question);
  if (!status)
    co_return refuse(status.error());
  co_return answer_json(boost::json::serialize(sign_in::to_json(*status)));
}

/// What is stored of a sign-in beside how its tokens stand.
void add_stored(boost::json::object& to, const records::Grant& of, const records::Provider* provider) {
  to["provider"] = of.provider();
  to["kind"] = of.kind();
  to["upn"] = of.upn();
  to["display_name"] = of.display_name();
  to["directory_id"] = of.directory_id();
  to["signed_in"] = time_json(of.signed_in_ms());
  to["consented_scope"] = of.consented_scope();
  to["granted_scope"] = of.granted_scope();
  to["refreshed"] = time_json(of.refreshed_ms());
  to["expires_when_idle"] = sign_in::idle_end(of, provider);
  to["revoked"] = time_json(of.revoked_ms());
}

awaitable<response> get_grant_status(const services& world, request& what) {
  const auto grant = co_await grant_of(world, what);
  if (!grant)
    co_return refuse(grant.error());
  const auto& of = grant->value;
  const provider_id its_provider{of.provider()};
  const auto provider =
      co_await fetch<records::Provider>(world.store, storage::keys::provider(what.tenant, its_provider));
  if (!provider)
    co_return refuse(provider.error());
  const ask_provider question{what.tenant, its_provider};
  const auto status = co_await ask<provider_status>(world.actors, world.gateway, status_limit, question);
  if (!status && status.error().code != errc::not_found && status.error().code != errc::busy)
    co_return refuse(status.error());
  // A provider that does not run (yet) knows nothing of its tokens.
  grant_status shown;
  shown.grant = of.id();
  shown.delegate = of.delegate();
  if (status) {
    const auto known = std::ranges::find(status->grants, of.id(), &grant_status::grant);
    if (known != status->grants.end())
      shown = *known;
    if (!shown.failure)
      shown.failure = status->failure;
  }
  auto out = sign_in::to_json(shown);
  add_stored(out, of, *provider ? &(*provider)->value : nullptr);
  co_return answer_json(boost::json::serialize(out));
}

/// Also of a declared grant: whoever must stop access now cannot wait for a restart.
awaitable<response> revoke(const services& world, request& what) {
  const auto grant = co_await grant_of(world, what);
  if (!grant)
    co_return refuse(grant.error());
  const revoke_grant question{what.tenant, provider_id{grant->value.provider()}, grant_id{grant->value.id()}};
  const auto done = co_await ask<grant_revoked>(world.actors, world.gateway, revoke_limit, question);
  if (!done)
    co_return refuse(done.error());
  log::info("api.grant_revoked", {{"request", what.id},
                                  {"tenant", what.tenant.str()},
                                  {"id", grant->value.id()},
                                  {"at_platform", done->at_platform}});
  const boost::json::object out{
      {"grant", grant->value.id()}, {"at_platform", done->at_platform}, {"remedy", done->remedy}};
  co_return answer_json(boost::json::serialize(out));
}

constexpr std::array routes{
    route{method::get, "/v1/providers/{provider}/status", access::read, get_provider_status},
    route{method::get, "/v1/grants/{grant}/status", access::read, get_grant_status},
    route{method::post, "/v1/grants/{grant}/revoke", access::admin, revoke},
};

} // namespace

std::span<const route> sign_in_health_routes() {
  return routes;
}

} // namespace postroom::api
