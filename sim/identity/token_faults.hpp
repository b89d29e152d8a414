#pragma once

#include "sim/identity/errors.hpp"
#include "sim/identity/services.hpp"
#include "sim/net/http_server.hpp"

#include <optional>
#include <string_view>

namespace postroom::sim {

/// Whom a token request is about.
struct requester {
  std::string_view upn; ///< empty: an application on its own, or not known
  std::string_view client_id;
};

/// The faults `token_down` and `token_throttled`: answers as of a server in trouble, which are no JSON.
[[nodiscard]] std::optional<http_response> server_trouble(const fault_desk& faults, const requester& who);
/// The fault `token_error`. A number that is not in the table is `invalid_grant`.
[[nodiscard]] std::optional<entra_error> posted_error(const fault_desk& faults, const requester& who);

} // namespace postroom::sim
