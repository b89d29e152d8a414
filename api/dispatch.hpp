#pragma once

#include "api/router.hpp"

namespace postroom::api {

/// Finds the route and proves the right to it, before the body is read. A problem is the answer to give.
[[nodiscard]] awaitable<boost::system::result<const route*, problem>> admit(const services& world, request& what,
                                                                            std::string& allow);
/// Runs the handler; whatever it throws becomes an internal error.
[[nodiscard]] awaitable<response> run_handler(const services& world, const route& to, request& what);
/// A response whose body is no longer a problem but its document, with the headers HTTP wants for it.
void render_problem(response& out, const std::string& request_id, const std::string& allow);

} // namespace postroom::api
