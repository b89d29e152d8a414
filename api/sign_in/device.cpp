#include "actors/bridge.hpp"
#include "api/objects.hpp"
#include "api/sign_in/json.hpp"
#include "api/sign_in/wish.hpp"

#include <array>

/// Sign-in on another device (RFC 8628), for machines without a browser. The provider asks the platform by itself.
namespace postroom::api {
namespace {

using namespace std::chrono_literals;

/// The platform is asked for the code.
constexpr std::chrono::milliseconds begin_limit = 30s;
/// Read from memory.
constexpr std::chrono::milliseconds status_limit = 5s;

awaitable<response> begin_device(const services& world, request& what) {
  auto wanted = sign_in::read_wish(what, sign_in::wish_form::device);
  if (!wanted)
    co_return refuse(wanted.error());
  const auto provider = co_await sign_in::check_wish(world, what, *wanted);
  if (!provider)
    co_return refuse(provider.error());
  const begin_device_sign_in question{what.tenant, provider_id{provider->id()}, wanted->delegate, wanted->grant};
  const auto begun = co_await ask<device_sign_in>(world.actors, world.gateway, begin_limit, question);
  if (!begun)
    co_return refuse(begun.error());
  log::info("api.device_sign_in_begun", {{"request", what.id},
                                         {"tenant", what.tenant.str()},
                                         {"provider", provider->id()},
                                         {"delegate", wanted->delegate}});
  auto out = answer_json(boost::json::serialize(sign_in::to_json(*begun)), 201);
  out.headers.emplace_back("Location", location_of(what, begun->id));
  co_return out;
}

awaitable<response> get_device(const services& world, request& what) {
  const ask_device_sign_in question{what.tenant, provider_id{what.param("provider")}, what.param("device_sign_in")};
  const auto found = co_await ask<device_sign_in>(world.actors, world.gateway, status_limit, question);
  if (!found)
    co_return refuse(found.error());
  co_return answer_json(boost::json::serialize(sign_in::to_json(*found)));
}

constexpr std::array routes{
    route{method::post, "/v1/providers/{provider}/device-sign-ins", access::admin, begin_device, true, true},
    route{method::get, "/v1/providers/{provider}/device-sign-ins/{device_sign_in}", access::admin, get_device},
};

} // namespace

std::span<const route> device_sign_in_routes() {
  return routes;
}

} // namespace postroom::api
