#pragma once

#include "api/message.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::api {

/// Who may use a route.
enum class access : std::uint8_t {
  anybody,
  loopback_or_read, ///< no token needed from this machine
  read,
  write,
  admin,
};

using handler = awaitable<response> (*)(const services& world, request& what);

struct route {
  api::method method;
  std::string_view pattern; ///< `/v1/accounts/{account}`; a `{name}` matches one valid id
  access needs;
  handler handle;
  bool of_tenant = true;   ///< also stands under `/v1/tenants/{tenant}`, and `request::tenant` is set
  bool takes_body = false; ///< a JSON document
  /// The handler reads the body itself, up to so many octets.
  std::uint64_t streams_up_to = 0;
};

/// All routes, one table per resource.
[[nodiscard]] std::span<const route> tenant_routes();
[[nodiscard]] std::span<const route> provider_routes();
[[nodiscard]] std::span<const route> grant_routes();
[[nodiscard]] std::span<const route> account_routes();
[[nodiscard]] std::span<const route> import_routes();
[[nodiscard]] std::span<const route> lint_routes();
[[nodiscard]] std::span<const route> knowledge_routes();
[[nodiscard]] std::span<const route> diagnosis_routes();
[[nodiscard]] std::span<const route> event_routes();
[[nodiscard]] std::span<const route> message_routes();
[[nodiscard]] std::span<const route> token_routes();
[[nodiscard]] std::span<const route> outbox_routes();
[[nodiscard]] std::span<const route> upload_routes();
[[nodiscard]] std::span<const route> health_routes();
[[nodiscard]] std::span<const route> authenticate_routes();
[[nodiscard]] std::span<const route> sign_in_page_routes();
[[nodiscard]] std::span<const route> device_sign_in_routes();
[[nodiscard]] std::span<const route> sign_in_health_routes();
[[nodiscard]] const std::vector<route>& all_routes();

/// Splits a request target into path and query. `invalid_argument` when it is malformed.
[[nodiscard]] result<void> read_target(std::string_view target, request& into);

/// `name=value&…` as browsers send it in a query or as application/x-www-form-urlencoded: at most 16 names, each once;
/// else `invalid_argument`.
[[nodiscard]] result<void> read_form(std::string_view text, std::map<std::string, std::string>& into);

struct routed {
  const route* found = nullptr;
  std::string allow; ///< methods of the path, when it exists but not with this one
};
/// Finds the route (HEAD counts as GET), and fills in `params` and `tenant_in_path`.
[[nodiscard]] routed find_route(request& what);

/// Checks token, scope and tenant; sets `tenant`, `token_tenant` and `token`. An error is the answer to give.
[[nodiscard]] awaitable<result<void>> authorize(const services& world, const route& to, request& what);

/// For answers that go on for long: whether the token they are given for is still good. `unauthenticated` when it was
/// removed or has expired since.
[[nodiscard]] awaitable<result<void>> check_again(const services& world, token_in_use token);

} // namespace postroom::api
