#include "api/dispatch.hpp"

#include "base/log.hpp"

namespace postroom::api {

awaitable<boost::system::result<const route*, problem>> admit(const services& world, request& what,
                                                              std::string& allow) {
  const auto at = find_route(what);
  if (!at.found && at.allow.empty())
    co_return problem{fail(errc::not_found, "there is no such path")};
  if (!at.found) {
    allow = at.allow;
    co_return problem{fail(errc::invalid_argument, "the path exists, but not for this method"), 405};
  }
  const auto allowed = co_await authorize(world, *at.found, what);
  if (!allowed)
    co_return problem{allowed.error()};
  co_return at.found;
}

awaitable<response> run_handler(const services& world, const route& to, request& what) {
  try {
    co_return co_await to.handle(world, what);
  } catch (const std::exception& e) {
    log::error("api.handler_failed", {{"request", what.id}, {"path", what.path}, {"what", e.what()}});
  }
  co_return refuse(fail(errc::internal, "see the log"));
}

void render_problem(response& out, const std::string& request_id, const std::string& allow) {
  const auto* found = std::get_if<problem>(&out.body);
  if (!found)
    return;
  out.status = http_status_of(*found);
  out.content_type = "application/problem+json";
  if (out.status == 401)
    out.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"postroom\"");
  if (out.status == 405)
    out.headers.emplace_back("Allow", allow);
  if (out.status == 429 || out.status == 503)
    out.headers.emplace_back("Retry-After", "1");
  out.body = to_json(*found, request_id);
}

} // namespace postroom::api
