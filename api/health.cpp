#include "actors/bridge.hpp"
#include "api/openapi_document.hpp"
#include "api/router.hpp"
#include "api/store_calls.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <array>

namespace postroom::api {
namespace {

using namespace std::chrono_literals;

/// Probes have short deadlines of their own.
constexpr std::chrono::milliseconds overview_limit = 2s;

awaitable<response> healthz(const services&, request&) {
  co_return answer_json(R"({"status":"ok"})");
}

awaitable<result<void>> store_answers(const services& world) {
  using answer = result<std::optional<storage::record>>;
  std::function<void(storage::completion<answer>)> start = [&world](storage::completion<answer> done) {
    world.store.get(storage::keys::format_version(), std::move(done));
  };
  const auto got = co_await completed<answer>(std::move(start));
  co_return got ? result<void>{} : result<void>{got.error()};
}

awaitable<response> readyz(const services& world, request&) {
  const auto store = co_await store_answers(world);
  const ask_overview question;
  const auto seen = co_await ask<overview>(world.actors, world.gateway, overview_limit, question);
  const bool loaded = seen && seen->configuration_loaded;
  boost::json::object out{
      {"ready", store && loaded},
      {"store", store ? std::string{"ok"} : std::string{to_string(store.error().code)}},
      {"gateway", seen ? std::string{"ok"} : std::string{to_string(seen.error().code)}},
      {"configuration_loaded", loaded},
  };
  if (seen) {
    out["mailboxes"] = seen->mailboxes;
    out["in_step"] = seen->in_step;
    out["degraded"] = seen->degraded;
  }
  co_return answer_json(boost::json::serialize(out), store && loaded ? 200 : 503);
}

/// Of all tenants: their names are in it.
awaitable<response> metrics_text(const services& world, request& what) {
  if (!what.token_tenant.empty())
    co_return refuse(fail(errc::forbidden, "the token is for the tenant " + what.token_tenant.str()));
  auto out = answer_json(world.metrics.expose());
  out.content_type = "text/plain; version=0.0.4; charset=utf-8";
  co_return out;
}

awaitable<response> openapi(const services&, request&) {
  co_return answer_json(std::string{openapi_document()});
}

constexpr std::array routes{
    route{method::get, "/healthz", access::anybody, healthz, false},
    route{method::get, "/readyz", access::anybody, readyz, false},
    route{method::get, "/metrics", access::loopback_or_read, metrics_text, false},
    route{method::get, "/openapi.json", access::anybody, openapi, false},
};

} // namespace

std::span<const route> health_routes() {
  return routes;
}

} // namespace postroom::api
