#include "sim/identity/device_endpoint.hpp"

#include "sim/identity/entra_clients.hpp"
#include "sim/identity/form.hpp"
#include "sim/identity/scopes.hpp"
#include "sim/identity/token_faults.hpp"

#include <utility>

namespace postroom::sim {
namespace {

namespace beast_http = boost::beast::http;

/// For clients whose clock or network is a little quick.
constexpr std::chrono::seconds poll_tolerance{1};

/// Entra's numbers for these two are not known.
constexpr entra_error slow_down{0, 400, "slow_down", {}, "The client polls too fast; it must wait longer."};
constexpr entra_error declined{0, 400, "authorization_declined", {}, "The end user denied the authorization request."};

/// The scopes that the device asks for.
outcome<std::vector<std::string>> check_request(const identity_services& services, std::string_view tenant,
                                                const form_fields& form) {
  for (const auto* const name : {"client_id", "scope"})
    if (value_of(form, name).empty())
      return denial{900144, name};
  if (const auto client = find_entra_client(services.people, tenant, value_of(form, "client_id")); !client)
    return client.error();
  return parse_scopes(value_of(form, "scope"), tenant);
}

boost::json::object told(const device_request& device, const std::string& page) {
  return {{"user_code", device.user_code},
          {"device_code", device.device_code},
          {"verification_uri", page},
          {"expires_in", std::chrono::seconds{authorizations::device_code_life}.count()},
          {"interval", device_poll_interval.count()},
          {"message", "To sign in, use a web browser to open the page " + page + " and enter the code " +
                          device.user_code + " to authenticate."}};
}

} // namespace

http_response answer_device_request(const identity_services& services, std::string_view tenant,
                                    const http_request& request) {
  const auto now = services.time.now();
  if (request.method() != beast_http::verb::post)
    return entra_denial(denial{900561, std::string{view_of(request.method_string())}}, request, now);
  const auto form = parse_form(request.body());
  const requester who{{}, value_of(form, "client_id")};
  if (auto trouble = server_trouble(services.faults, who))
    return *trouble;
  if (const auto posted = posted_error(services.faults, who))
    return entra_denial(denial{*posted}, request, now);
  auto scopes = check_request(services, tenant, form);
  if (!scopes)
    return entra_denial(scopes.error(), request, now);
  return json_reply(told(
      services.grants.start_device(std::string{value_of(form, "client_id")}, std::string{tenant}, std::move(*scopes)),
      services.base_url + "/devicelogin"));
}

std::optional<denial> check_poll(device_request& device, wall_time now) {
  const auto since_last = now - std::exchange(device.last_poll, now);
  if (now >= device.expires)
    return denial{70019};
  if (device.state == device_state::declined)
    return denial{declined};
  if (device.state == device_state::approved)
    return std::nullopt;
  if (since_last >= std::chrono::seconds{0} && since_last < device_poll_interval - poll_tolerance)
    return denial{slow_down};
  return denial{70016};
}

} // namespace postroom::sim
