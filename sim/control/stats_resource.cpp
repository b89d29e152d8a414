#include "sim/control/control_api.hpp"

#include <array>
#include <boost/json/object.hpp>

namespace postroom::sim {
namespace {

namespace http = boost::beast::http;
namespace json = boost::json;

http_response get_stats(const control_call& call) {
  const auto now = call.servers.count();
  return json_answer(json::object{{"connections", now.connections},
                                  {"idling", now.idling},
                                  {"exchange_connections", now.exchange_connections},
                                  {"exchange_idling", now.exchange_idling},
                                  {"google_connections", now.google_connections},
                                  {"google_idling", now.google_idling},
                                  {"generic_connections", now.generic_connections},
                                  {"generic_idling", now.generic_idling},
                                  {"logins", now.logins},
                                  {"logins_refused", now.logins_refused},
                                  {"connects", now.connects},
                                  {"connects_last_s", now.connects_last_s},
                                  {"connects_peak_per_s", now.connects_peak_per_s},
                                  {"not_idle", now.not_idle},
                                  {"not_idle_longest_s", now.not_idle_longest_s},
                                  {"token_requests", now.token_requests},
                                  {"mails_delivered", now.mails_delivered},
                                  {"mails_fetched", now.mails_fetched},
                                  {"bytes_sent", now.bytes_sent},
                                  {"submission_connections", now.submission_connections},
                                  {"submission_logins", now.submission_logins},
                                  {"submission_logins_refused", now.submission_logins_refused},
                                  {"mails_submitted", now.mails_submitted},
                                  {"mails_refused", now.mails_refused},
                                  {"cpu_s", now.cpu_s},
                                  {"resident_bytes", now.resident_bytes}});
}

http_response reset_stats(const control_call& call) {
  call.world.reset_peaks();
  return json_answer(json::object{});
}

constexpr std::array<control_route, 2> stats_table{
    {{http::verb::get, "/v1/stats", "connections, mails, CPU seconds, how long a mailbox was without IDLE", get_stats},
     {http::verb::post, "/v1/stats/reset", "connects_peak_per_s and not_idle_longest_s begin again", reset_stats}}};

} // namespace

std::span<const control_route> stats_routes() {
  return stats_table;
}

} // namespace postroom::sim
