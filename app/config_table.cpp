#include "app/config_table.hpp"

#include "storage/object_schema.hpp"

#include <algorithm>
#include <sstream>

namespace postroom::app {

const toml::node* config_table::take(std::string_view key) {
  known_.push_back(key);
  return table_.get(key);
}

std::optional<std::string> config_table::text(std::string_view key) {
  const auto* node = take(key);
  if (!node)
    return {};
  auto value = node->value_exact<std::string>();
  if (!value)
    problem(key, "must be a text");
  return value;
}

std::optional<bool> config_table::flag(std::string_view key) {
  const auto* node = take(key);
  if (!node)
    return {};
  const auto value = node->value_exact<bool>();
  if (!value)
    problem(key, "must be true or false");
  return value;
}

std::optional<std::int64_t> config_table::number(std::string_view key, std::int64_t lowest, std::int64_t highest) {
  const auto* node = take(key);
  if (!node)
    return {};
  const auto value = node->value_exact<std::int64_t>();
  if (value && *value >= lowest && *value <= highest)
    return value;
  problem(key, "must be a whole number between " + std::to_string(lowest) + " and " + std::to_string(highest));
  return {};
}

std::optional<double> config_table::real(std::string_view key, double lowest, double highest) {
  const auto* node = take(key);
  if (!node)
    return {};
  const auto value = node->value<double>();
  if (value && *value >= lowest && *value <= highest)
    return value;
  std::ostringstream range;
  range << "must be a number between " << lowest << " and " << highest;
  problem(key, range.str());
  return {};
}

std::vector<std::string> config_table::texts(std::string_view key) {
  const auto* node = take(key);
  std::vector<std::string> out;
  if (!node)
    return out;
  const auto* array = node->as_array();
  if (!array || !(array->empty() || array->is_homogeneous(toml::node_type::string))) {
    problem(key, "must be a list of texts");
    return out;
  }
  for (const auto& each : *array)
    out.push_back(each.value<std::string>().value_or(""));
  return out;
}

const toml::table* config_table::table(std::string_view key) {
  const auto* node = take(key);
  if (node && !node->is_table())
    problem(key, "must be a table: [" + std::string{key} + "]");
  return node ? node->as_table() : nullptr;
}

std::vector<const toml::table*> config_table::tables(std::string_view key) {
  const auto* node = take(key);
  std::vector<const toml::table*> out;
  if (!node)
    return out;
  const auto* array = node->as_array();
  if (!array || !array->is_homogeneous(toml::node_type::table)) {
    problem(key, "must be a list of tables: [[" + std::string{key} + "]]");
    return out;
  }
  for (const auto& each : *array)
    out.push_back(each.as_table());
  return out;
}

const toml::source_region& config_table::place_of(std::string_view key) const {
  for (const auto& [name, value] : table_)
    if (name == key)
      return name.source();
  return table_.source();
}

void config_table::problem(std::string_view key, std::string_view what) {
  problems_.add(place_of(key), std::string{key} + " " + std::string{what});
}

void config_table::finish() {
  for (const auto& [name, value] : table_)
    if (std::ranges::find(known_, name.str()) == known_.end())
      problems_.add(name.source(),
                    "unknown key '" + std::string{name.str()} + "'" + storage::near_miss(name.str(), known_));
}

} // namespace postroom::app
