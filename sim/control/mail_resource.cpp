#include "sim/control/control_api.hpp"
#include "sim/control/json_fields.hpp"

#include <array>
#include <boost/json/object.hpp>

namespace postroom::sim {
namespace {

namespace http = boost::beast::http;
namespace json = boost::json;

http_response get_mail(const control_call& call) {
  return json_answer(json::object{{"per_second", call.world.flow.rate()}});
}

http_response put_mail(const control_call& call) {
  double per_second = -1;
  json_fields fields{call.request.body()};
  fields.read("per_second", per_second, 0, mail_flow::rate_max);
  if (!fields.has("per_second"))
    fields.refuse("per_second is needed");
  if (auto fine = fields.done(); !fine)
    return refusal(fine.error());
  call.world.flow.set_rate(per_second, call.world.time.ticks());
  return get_mail(call);
}

constexpr std::array<control_route, 2> mail_table{
    {{http::verb::get, "/v1/mail", "how many mails arrive per second", get_mail},
     {http::verb::put, "/v1/mail", "per_second, from now on, to all mailboxes together; 0: none", put_mail}}};

} // namespace

std::span<const control_route> mail_routes() {
  return mail_table;
}

} // namespace postroom::sim
