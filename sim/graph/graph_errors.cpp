#include "sim/graph/graph_errors.hpp"

#include "base/crypto.hpp"
#include "sim/identity/replies.hpp"

#include <boost/json.hpp>

namespace postroom::sim {
namespace {

namespace http = boost::beast::http;
namespace json = boost::json;

constexpr std::size_t name_shown_max = 320;

} // namespace

graph_refusal invalid_token(std::string_view why) {
  return {401, "InvalidAuthenticationToken", std::string{why}};
}

graph_refusal access_denied() {
  return {403, "ErrorAccessDenied", "Access is denied. Check credentials and try again."};
}

graph_refusal denied_by_policy() {
  return {403, "ErrorAccessDenied", "Access to OData is disabled."};
}

graph_refusal missing_permission() {
  return {403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation."};
}

graph_refusal invalid_user(std::string_view name) {
  return {404, "ErrorInvalidUser",
          "The requested user '" + std::string{name.substr(0, name_shown_max)} + "' is invalid."};
}

graph_refusal no_cloud_mailbox() {
  return {404, "MailboxNotEnabledForRESTAPI", "The mailbox is either inactive, soft-deleted, or is hosted on-premise."};
}

graph_refusal no_such_segment(std::string_view segment) {
  return {400, "BadRequest",
          "Resource not found for the segment '" + std::string{segment.substr(0, name_shown_max)} + "'."};
}

graph_refusal me_without_user() {
  return {400, "BadRequest", "/me request is only valid with delegated authentication flow."};
}

graph_ids ids_of(const http_request& request) {
  auto own = random_uuid();
  auto client = correlation_id(request);
  return {own, client.empty() ? own : std::move(client)};
}

void write_ids(http_response& response, const graph_ids& ids) {
  response.set("request-id", ids.request);
  response.set("client-request-id", ids.client);
}

http_response graph_denial(const graph_refusal& why, const graph_ids& ids, std::string_view base_url, wall_time now) {
  const json::object inner{{"date", to_rfc3339(std::chrono::floor<std::chrono::seconds>(now)).substr(0, 19)},
                           {"request-id", ids.request},
                           {"client-request-id", ids.client}};
  const json::object error{{"code", why.code}, {"message", why.message}, {"innerError", inner}};
  auto response = json_reply(why.status, json::serialize(json::object{{"error", error}}));
  write_ids(response, ids);
  if (why.status == 401)
    response.set(http::field::www_authenticate, "Bearer realm=\"\", authorization_uri=\"" + std::string{base_url} +
                                                    "/common/oauth2/authorize\", error=\"invalid_token\"");
  return response;
}

} // namespace postroom::sim
