#include "api/object_json.hpp"

#include "base/clock.hpp"

#include <boost/json/value.hpp>

namespace postroom::api {
namespace {

using storage::field_kind;
using storage::field_rule;

std::optional<std::string> take_secret(const json_value& value, const field_rule& rule, secret<>& into) {
  if (std::holds_alternative<std::nullptr_t>(value))
    return {};
  const auto* text = std::get_if<std::string>(&value);
  if (!text)
    return "must be a text";
  if (text->size() > rule.bytes_max)
    return "is longer than " + std::to_string(rule.bytes_max) + " bytes";
  if (text->empty())
    return "must not be empty";
  into = secret<>{*text};
  return {};
}

std::optional<std::string> take_plain(const json_value& value, const field_rule& rule,
                                      google::protobuf::Message& into) {
  if (const auto* text = std::get_if<std::string>(&value))
    return storage::set_field(into, rule, *text);
  if (const auto* flag = std::get_if<bool>(&value))
    return storage::set_field(into, rule, *flag);
  if (const auto* number = std::get_if<std::int64_t>(&value))
    return storage::set_field(into, rule, *number);
  if (std::holds_alternative<std::nullptr_t>(value) && rule.kind != field_kind::flag) {
    storage::clear_field(into, rule);
    return {};
  }
  // Nothing but a list is left, or null for a flag: refused in the words for a value that cannot be.
  const bool is_text = rule.kind == field_kind::text || rule.kind == field_kind::lines;
  return is_text ? "must be a text" : storage::set_field(into, rule, std::string{});
}

boost::json::value shown(const storage::field_value& value) {
  if (const auto* text = std::get_if<std::string>(&value))
    return boost::json::value(*text);
  if (const auto* flag = std::get_if<bool>(&value))
    return boost::json::value(*flag);
  if (const auto* number = std::get_if<std::int64_t>(&value))
    return boost::json::value(*number);
  return boost::json::value(to_rfc3339(std::get<wall_time>(value)));
}

} // namespace

object_input take_fields(storage::object_kind kind, const json_fields& fields, google::protobuf::Message& into) {
  object_input taken;
  const auto& id_rule = *storage::find_field(kind, "id");
  const auto id_before = std::get<std::string>(*storage::get_field(into, id_rule));
  for (const auto& [name, value] : fields) {
    const auto* rule = storage::find_field(kind, name);
    std::optional<std::string> problem;
    if (!rule)
      problem = "is not a field of a " + std::string{to_string(kind)} + storage::near_miss(kind, name);
    else if (rule->kind == field_kind::secret)
      problem = take_secret(value, *rule, taken.secrets[name]);
    else
      problem = take_plain(value, *rule, into);
    if (problem)
      taken.problems.push_back({name, std::move(*problem)});
  }
  if (!id_before.empty() && std::get<std::string>(*storage::get_field(into, id_rule)) != id_before)
    taken.problems.push_back({"id", "cannot be changed"});
  return taken;
}

boost::json::value time_json(std::int64_t ms) {
  return ms == 0 ? boost::json::value{} : boost::json::value(to_rfc3339(wall_time{std::chrono::milliseconds{ms}}));
}

boost::json::object describe(storage::object_kind kind, const google::protobuf::Message& of, revision rev) {
  boost::json::object out;
  for (const auto& rule : storage::fields_of(kind)) {
    if (rule.kind == field_kind::secret)
      continue;
    const auto value = storage::get_field(of, rule);
    out.emplace(rule.name, value ? shown(*value) : boost::json::value{});
  }
  const auto* descriptor = of.GetDescriptor();
  const auto* reflection = of.GetReflection();
  if (const auto* tenant = descriptor->FindFieldByName("tenant"))
    out.emplace("tenant", reflection->GetString(of, tenant));
  out.emplace("declared", reflection->GetBool(of, descriptor->FindFieldByName("declared")));
  out.emplace("created", time_json(reflection->GetInt64(of, descriptor->FindFieldByName("created_ms"))));
  out.emplace("updated", time_json(reflection->GetInt64(of, descriptor->FindFieldByName("updated_ms"))));
  out.emplace("revision", rev.value);
  return out;
}

} // namespace postroom::api
