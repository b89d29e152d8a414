#include "sim/identity/token_faults.hpp"

#include "sim/identity/replies.hpp"

namespace postroom::sim {
namespace {

/// A share of all is a share of the users, where there is one: drawing for the application as well would hit all of
/// its users at once. So an application counts only where it is named, or alone.
const fault* find_fault(const fault_desk& faults, fault_kind kind, const requester& who) {
  const auto* const of_user = who.upn.empty() ? nullptr : faults.find(kind, who.upn);
  if (of_user)
    return of_user;
  const auto* const of_client = faults.find(kind, who.client_id);
  return of_client && (who.upn.empty() || !of_client->names.empty()) ? of_client : nullptr;
}

} // namespace

std::optional<http_response> server_trouble(const fault_desk& faults, const requester& who) {
  if (find_fault(faults, fault_kind::token_down, who))
    return plain_reply(503, "text/html; charset=us-ascii",
                       "<!DOCTYPE HTML><html><head><title>Service Unavailable</title></head><body><h2>Service "
                       "Unavailable</h2><hr><p>HTTP Error 503. The service is unavailable.</p></body></html>\r\n");
  if (const auto* const throttled = find_fault(faults, fault_kind::token_throttled, who)) {
    auto response = plain_reply(429, "text/plain", "Too Many Requests");
    response.set(boost::beast::http::field::retry_after, std::to_string(throttled->amount));
    return response;
  }
  return std::nullopt;
}

std::optional<entra_error> posted_error(const fault_desk& faults, const requester& who) {
  const auto* const posted = find_fault(faults, fault_kind::token_error, who);
  if (!posted)
    return std::nullopt;
  const auto code = static_cast<std::uint32_t>(posted->amount);
  if (const auto* const known = find_entra_error(code))
    return *known;
  return entra_error{code, 400, "invalid_grant", {}, "An unexpected error has occurred."};
}

} // namespace postroom::sim
