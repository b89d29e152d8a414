#include "sim/control/control_api.hpp"
#include "sim/control/json_fields.hpp"

#include <array>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <charconv>
#include <cmath>

namespace postroom::sim {
namespace {

namespace http = boost::beast::http;
namespace json = boost::json;

constexpr double seconds_max = 315'360'000; // ten years, as the desk allows

std::string_view state_of(const posted_fault& fault, mono_time now) {
  if (is_momentary(fault.what.kind))
    return fault.done ? "done" : "waiting";
  return now < fault.begin ? "waiting" : now < fault.end ? "active" : "over";
}

double seconds(mono_time::duration time) {
  return std::chrono::duration<double>{time}.count();
}

json::object fault_json(const posted_fault& fault, mono_time now) {
  const bool ends = !is_momentary(fault.what.kind) && fault.end != mono_time::max();
  return {{"id", fault.id},
          {"kind", to_string(fault.what.kind)},
          {"state", state_of(fault, now)},
          {"begins_in_s", seconds(fault.begin - now)},
          {"ends_in_s", ends ? json::value(seconds(fault.end - now)) : json::value()},
          {"share", fault.what.share},
          {"names", json::array(fault.what.names.begin(), fault.what.names.end())},
          {"amount", fault.what.amount}};
}

http_response get_faults(const control_call& call) {
  json::array faults;
  for (const auto& each : call.world.faults.all())
    faults.push_back(fault_json(each, call.world.time.ticks()));
  return json_answer(json::object{{"faults", std::move(faults)}});
}

std::string all_kinds() {
  std::string names;
  for (std::size_t i = 0; i < fault_kinds; ++i)
    names += (i ? ", " : "") + std::string{to_string(static_cast<fault_kind>(i))};
  return names;
}

std::chrono::milliseconds milliseconds(double seconds) {
  return std::chrono::milliseconds{std::llround(seconds * 1000)};
}

http_response post_fault(const control_call& call) {
  fault wanted;
  std::string kind;
  double at_s = 0, lasts_s = 0;
  json_fields fields{call.request.body()};
  fields.read("kind", kind);
  fields.read("at_s", at_s, 0, seconds_max);
  fields.read("lasts_s", lasts_s, 0, seconds_max);
  fields.read("share", wanted.share, 0, 1);
  fields.read("names", wanted.names);
  fields.read("amount", wanted.amount, std::numeric_limits<std::int64_t>::min(),
              std::numeric_limits<std::int64_t>::max());
  const auto known = parse_fault_kind(kind);
  if (!known)
    fields.refuse("kind is one of " + all_kinds());
  if (auto fine = fields.done(); !fine)
    return refusal(fine.error());
  wanted.kind = *known;
  wanted.at = milliseconds(at_s);
  wanted.lasts = milliseconds(lasts_s);
  const auto id = call.world.faults.add(std::move(wanted));
  return id ? json_answer(json::object{{"id", *id}}, http::status::created) : refusal(id.error());
}

http_response delete_fault(const control_call& call) {
  const auto& number = call.names[0];
  std::uint64_t id = 0;
  const auto [end, failure] = std::from_chars(number.data(), number.data() + number.size(), id);
  if (failure != std::errc{} || end != number.data() + number.size() || !call.world.faults.remove(id))
    return refusal(http::status::not_found, "there is no fault " + number,
                   "Look up what there is with GET /v1/faults.");
  return json_answer(json::object{});
}

http_response delete_faults(const control_call& call) {
  call.world.faults.clear();
  return json_answer(json::object{});
}

constexpr std::array<control_route, 4> fault_table{
    {{http::verb::get, "/v1/faults", "what goes wrong, went, and will", get_faults},
     {http::verb::post, "/v1/faults", "kind; at_s, lasts_s (0: until deleted), share, names, amount", post_fault},
     {http::verb::delete_, "/v1/faults/{}", "ends or forgets one", delete_fault},
     {http::verb::delete_, "/v1/faults", "ends and forgets all", delete_faults}}};

} // namespace

std::span<const control_route> fault_routes() {
  return fault_table;
}

} // namespace postroom::sim
