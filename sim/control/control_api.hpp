#pragma once

#include "sim/control/servers.hpp"
#include "sim/net/http_server.hpp"
#include "sim/world.hpp"

#include <boost/json/value.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The stand-in's own interface: what tests and people look at and change while it runs. It tells every secret, hence
/// loopback only, and only to who calls it by a name of this machine, so that no web page can (DNS rebinding).
namespace postroom::sim {

/// One request on its way to its handler.
struct control_call {
  sim::world& world;
  sim::servers& servers;
  const http_request& request;
  std::vector<std::string> names; ///< what stood for each `{}` in the path, decoded
  form_fields query;
};

struct control_route {
  boost::beast::http::verb method;
  std::string_view path; ///< `/v1/mailboxes/{}/mails/{}`
  std::string_view purpose;
  http_response (*handle)(const control_call& call);
};

/// Answers the control API. Not thread-safe.
class control_api {
public:
  control_api(world& world, servers& servers) : world_(world), servers_(servers) {}
  [[nodiscard]] http_response answer(const http_request& request);

private:
  world& world_;
  servers& servers_;
};

[[nodiscard]] http_response json_answer(const boost::json::value& body,
                                        boost::beast::http::status status = boost::beast::http::status::ok);
/// `{"error": …, "what to do": …}` with the status that fits the code.
[[nodiscard]] http_response refusal(const error& why);
[[nodiscard]] http_response refusal(boost::beast::http::status status, std::string_view error,
                                    std::string_view what_to_do);

/// By resource; each in a file of its name.
[[nodiscard]] std::span<const control_route> facts_routes();
[[nodiscard]] std::span<const control_route> stats_routes();
[[nodiscard]] std::span<const control_route> mailbox_routes();
[[nodiscard]] std::span<const control_route> people_routes();
[[nodiscard]] std::span<const control_route> application_routes();
[[nodiscard]] std::span<const control_route> mail_routes();
[[nodiscard]] std::span<const control_route> fault_routes();
[[nodiscard]] std::span<const control_route> journal_routes();

} // namespace postroom::sim
