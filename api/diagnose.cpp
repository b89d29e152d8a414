#include "api/json_body.hpp"
#include "api/router.hpp"

#include "actors/bridge.hpp"
#include "base/limits.hpp"
#include "protocol/knowledge/entry.hpp"
#include "protocol/mime/compose.hpp"
#include "protocol/mime/utf8_text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace postroom::api {
namespace {

using namespace std::chrono_literals;

/// The doctor keeps its deadline by itself; those between it and us take a moment.
constexpr std::chrono::milliseconds diagnosis_wait = limits::diagnosis_deadline + 20s;

/// The address a test mail is to go to; empty: none is sent.
boost::system::result<std::string, problem> test_address_of(const std::string& body) {
  if (body.empty())
    return std::string{};
  const auto fields = read_json_object(body);
  if (!fields)
    return fields.error();
  for (const auto& [name, value] : *fields)
    if (name != "send_test_to")
      return invalid({{name, "is not a field here"}});
  const auto given = fields->find("send_test_to");
  if (given == fields->end() || std::holds_alternative<std::nullptr_t>(given->second))
    return std::string{};
  const auto* address = std::get_if<std::string>(&given->second);
  if (!address)
    return invalid({{"send_test_to", "must be a text"}});
  if (const auto why = mime::problem_of_address(*address))
    return invalid({{"send_test_to", *why}});
  return *address;
}

std::string_view meaning_of(const diagnosis_step& step) {
  const auto* known = knowledge::find(step.cause);
  return known ? known->meaning : std::string_view{};
}

boost::json::value text_or_null(std::string_view text) {
  return text.empty() ? boost::json::value{} : boost::json::value(mime::repair_utf8(text));
}

boost::json::object step_json(const diagnosis_step& step) {
  const bool acts = step.state == diagnosis_step::verdict::bad || !step.remedy.empty();
  return {{"name", step.name},
          {"state", to_string(step.state)},
          {"evidence", mime::repair_utf8(step.evidence)},
          {"cause", text_or_null(step.cause)},
          {"meaning", text_or_null(meaning_of(step))},
          {"remedy", text_or_null(step.remedy)},
          {"who_acts", acts ? boost::json::value(to_string(step.who)) : boost::json::value{}}};
}

boost::json::object diagnosis_json(const diagnosis& of) {
  boost::json::array steps;
  for (const auto& each : of.steps)
    steps.push_back(step_json(each));
  const bool healthy =
      std::ranges::find(of.steps, diagnosis_step::verdict::bad, &diagnosis_step::state) == of.steps.end();
  return {{"summary", mime::repair_utf8(of.summary)}, {"healthy", healthy}, {"steps", std::move(steps)}};
}

awaitable<response> diagnose(const services& world, request& what) {
  if (auto unknown = only_parameters(what, {}); !unknown)
    co_return refuse(unknown.error());
  const auto address = test_address_of(what.body);
  if (!address)
    co_return refuse(address.error());
  const diagnose_account question{what.tenant, account_id{what.param("account")}, *address};
  auto pending = ask<diagnosis>(world.actors, world.gateway, diagnosis_wait, question);
  const auto found = co_await std::move(pending);
  if (!found)
    co_return refuse(found.error());
  co_return answer_json(boost::json::serialize(diagnosis_json(*found)));
}

constexpr std::array routes{
    route{method::post, "/v1/accounts/{account}/diagnose", access::write, diagnose, true, true},
};

} // namespace

std::span<const route> diagnosis_routes() {
  return routes;
}

} // namespace postroom::api
