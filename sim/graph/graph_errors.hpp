#pragma once

#include "base/clock.hpp"
#include "sim/net/http_server.hpp"

#include <string>
#include <string_view>

/// How Microsoft Graph refuses. Pure.
namespace postroom::sim {

/// Why a request is not answered: a row of Graph's errors and what its text names.
struct graph_refusal {
  unsigned status = 400;
  std::string_view code; ///< `ErrorAccessDenied`
  std::string message;
};

[[nodiscard]] graph_refusal invalid_token(std::string_view why);
/// No scope or role, or no right to that mailbox: both are told in the same words.
[[nodiscard]] graph_refusal access_denied();
/// An application access policy keeps the application out.
[[nodiscard]] graph_refusal denied_by_policy();
[[nodiscard]] graph_refusal missing_permission();
[[nodiscard]] graph_refusal invalid_user(std::string_view name);
[[nodiscard]] graph_refusal no_cloud_mailbox();
[[nodiscard]] graph_refusal no_such_segment(std::string_view segment);
[[nodiscard]] graph_refusal me_without_user();

/// What every answer carries: the request's own id and the client's.
struct graph_ids {
  std::string request;
  std::string client; ///< the request's own where the client sent none
};
[[nodiscard]] graph_ids ids_of(const http_request& request);
void write_ids(http_response& response, const graph_ids& ids);

/// `{"error":{"code","message","innerError":{"date","request-id","client-request-id"}}}`, and what a 401 must have
/// (RFC 6750 §3). `base_url`: where one gets a token.
[[nodiscard]] http_response graph_denial(const graph_refusal& why, const graph_ids& ids, std::string_view base_url,
                                         wall_time now);

} // namespace postroom::sim
