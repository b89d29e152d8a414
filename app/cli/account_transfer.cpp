#include "app/cli/account_transfer.hpp"

#include "protocol/csv/csv_writer.hpp"
#include "storage/object_schema.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <vector>

namespace postroom::app::cli {
namespace {

std::string cell_of(const std::optional<json_element>& value) {
  std::string_view text;
  if (!value || value->is_null())
    return {};
  if (value->get(text) == simdjson::SUCCESS)
    return std::string{text};
  return one_line(*value);
}

/// Fields that say nothing are left out: importing takes their defaults.
void add_member(boost::json::object& to, const storage::field_rule& rule, const std::optional<json_element>& value) {
  if (!value || value->is_null())
    return;
  bool flag = false;
  std::int64_t number = 0;
  std::string_view text;
  if (value->get(flag) == simdjson::SUCCESS)
    to.emplace(rule.name, flag);
  else if (value->get(number) == simdjson::SUCCESS)
    to.emplace(rule.name, number);
  else if (value->get(text) == simdjson::SUCCESS && !text.empty())
    to.emplace(rule.name, text);
}

} // namespace

table_format format_of(const std::string& wish, const std::string& file, std::string_view text) {
  if (!wish.empty())
    return wish == "csv" ? table_format::csv : table_format::ndjson;
  if (file.ends_with(".ndjson") || file.ends_with(".jsonl") || file.ends_with(".json"))
    return table_format::ndjson;
  if (file.ends_with(".csv"))
    return table_format::csv;
  const auto first = text.find_first_not_of("\xEF\xBB\xBF \t\r\n");
  return first != std::string_view::npos && text[first] == '{' ? table_format::ndjson : table_format::csv;
}

std::string export_header() {
  std::vector<std::string> names;
  for (const auto& rule : storage::fields_of(storage::object_kind::account))
    names.emplace_back(rule.name);
  return csv::write_row(names);
}

std::string export_row(json_element account, table_format as) {
  std::vector<std::string> cells;
  boost::json::object members;
  for (const auto& rule : storage::fields_of(storage::object_kind::account)) {
    const auto value = value_at(account, rule.name);
    if (as == table_format::csv)
      cells.push_back(cell_of(value));
    else
      add_member(members, rule, value);
  }
  return as == table_format::csv ? csv::write_row(cells) : boost::json::serialize(members) + "\n";
}

} // namespace postroom::app::cli
