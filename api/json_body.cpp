#include "api/json_body.hpp"

#include "base/ids.hpp"
#include "base/limits.hpp"

#include <simdjson.h>

namespace postroom::api {
namespace {

/// The widest object has two dozen fields.
constexpr std::size_t fields_max = 64;
constexpr std::size_t array_max = 64;

std::optional<std::string> read_texts(simdjson::dom::array from, std::vector<std::string>& into) {
  for (const auto each : from) {
    std::string_view text;
    if (each.get(text) != simdjson::SUCCESS)
      return "must be a list of texts";
    if (into.size() >= array_max)
      return "has too many entries";
    into.emplace_back(text);
  }
  return {};
}

std::optional<std::string> read_value(simdjson::dom::element from, json_value& into) {
  switch (from.type()) {
  case simdjson::dom::element_type::STRING:
    into = std::string{std::string_view{from}};
    return {};
  case simdjson::dom::element_type::BOOL:
    into = bool{from};
    return {};
  case simdjson::dom::element_type::INT64:
    into = std::int64_t{from};
    return {};
  case simdjson::dom::element_type::NULL_VALUE:
    into = nullptr;
    return {};
  case simdjson::dom::element_type::ARRAY:
    return read_texts(simdjson::dom::array{from}, into.emplace<std::vector<std::string>>());
  case simdjson::dom::element_type::OBJECT:
    return "must not be an object";
  case simdjson::dom::element_type::UINT64:
  case simdjson::dom::element_type::DOUBLE:
    break;
  }
  return "must be a whole number of at most 63 bits";
}

} // namespace

boost::system::result<json_fields, problem> read_json_object(std::string_view body, const std::string& noun) {
  simdjson::dom::parser parser{limits::http_json_body_bytes_max};
  if (parser.allocate(std::max<std::size_t>(body.size(), 32), limits::http_json_depth_max) != simdjson::SUCCESS)
    return problem{fail(errc::too_large, noun + " is too large")};
  const simdjson::padded_string padded{body};
  simdjson::dom::element root;
  if (const auto code = parser.parse(padded).get(root); code != simdjson::SUCCESS)
    return problem{fail(errc::invalid_argument, noun + " is not JSON: " + simdjson::error_message(code))};
  simdjson::dom::object object;
  if (root.get(object) != simdjson::SUCCESS)
    return problem{fail(errc::invalid_argument, noun + " must be a JSON object")};
  json_fields fields;
  std::vector<storage::field_problem> problems;
  for (const auto& [key, value] : object) {
    const std::string name{key.substr(0, id_bytes_max)};
    json_value read;
    if (auto wrong = read_value(value, read))
      problems.push_back({name, std::move(*wrong)});
    else if (!fields.emplace(name, std::move(read)).second)
      problems.push_back({name, "is given twice"});
    if (fields.size() + problems.size() > fields_max)
      return problem{fail(errc::invalid_argument, "the object has too many fields")};
  }
  if (!problems.empty())
    return invalid(std::move(problems));
  return fields;
}

} // namespace postroom::api
