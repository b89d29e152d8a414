#include "app/cli/json_view.hpp"

#include "app/cli/text_table.hpp"
#include "storage/object_schema.hpp"

#include <algorithm>
#include <cstdlib>

namespace postroom::app::cli {
namespace {

using simdjson::dom::array;
using simdjson::dom::object;

bool is_list_of_objects(json_element value) {
  array items;
  return value.get(items) == simdjson::SUCCESS && items.size() > 0 && (*items.begin()).is_object();
}

struct row {
  std::string name;
  std::string value;
};

/// Lists of objects are left for later.
void flatten(const std::string& prefix, object of, wall_time now, std::vector<row>& rows,
             std::vector<std::pair<std::string, json_element>>& lists) {
  for (const auto [key, value] : of) {
    const auto name = prefix + std::string{key};
    object inner;
    if (value.get(inner) == simdjson::SUCCESS) {
      flatten(name + '.', inner, now, rows, lists);
    } else if (is_list_of_objects(value)) {
      lists.emplace_back(name, value);
    } else {
      auto shown = readable(value);
      std::string_view text;
      if (value.get(text) == simdjson::SUCCESS)
        if (const auto at = storage::parse_rfc3339(text))
          shown += " (" + distance_from(now, *at) + ")";
      rows.push_back({name, std::move(shown)});
    }
  }
}

void print_list(std::ostream& out, json_element list) {
  array items;
  object first;
  if (list.get(items) != simdjson::SUCCESS || (*items.begin()).get(first) != simdjson::SUCCESS)
    return;
  std::vector<std::string> titles;
  for (const auto [key, value] : first)
    titles.emplace_back(key);
  text_table table{titles};
  for (const auto item : items) {
    std::vector<std::string> cells;
    for (const auto& title : titles) {
      json_element cell;
      cells.push_back(item[title].get(cell) == simdjson::SUCCESS ? readable(cell) : "-");
    }
    table.add(std::move(cells));
  }
  table.print(out, "  ");
}

} // namespace

result<json_document> json_document::parse(std::string text) {
  json_document out;
  if (out.parser_->parse(text).get(out.root_) != simdjson::SUCCESS)
    return fail(errc::protocol_violation, "the answer is not JSON; is this a Postroom gateway?");
  return out;
}

std::optional<json_element> value_at(json_element from, std::string_view dotted_path) {
  while (true) {
    const auto dot = dotted_path.find('.');
    object here;
    if (from.get(here) != simdjson::SUCCESS || here[dotted_path.substr(0, dot)].get(from) != simdjson::SUCCESS ||
        from.is_null())
      return {};
    if (dot == std::string_view::npos)
      return from;
    dotted_path.remove_prefix(dot + 1);
  }
}

std::string text_at(json_element from, std::string_view dotted_path) {
  const auto value = value_at(from, dotted_path);
  std::string_view text;
  return value && value->get(text) == simdjson::SUCCESS ? std::string{text} : std::string{};
}

std::string one_line(json_element of) {
  return simdjson::minify(of);
}

std::string readable_time(std::string_view text) {
  const auto at = storage::parse_rfc3339(text);
  if (!at)
    return std::string{text};
  auto out = to_rfc3339(*at);
  out[10] = ' ';
  if (out.ends_with(".000Z"))
    out.replace(out.size() - 5, 5, "Z");
  return out;
}

std::string distance_from(wall_time now, wall_time at) {
  const auto seconds = std::llabs(std::chrono::duration_cast<std::chrono::seconds>(at - now).count());
  std::string amount;
  if (seconds < 120)
    amount = std::to_string(seconds) + " s";
  else if (seconds < 120 * 60)
    amount = std::to_string(seconds / 60) + " min";
  else if (seconds < 48 * 3600)
    amount = std::to_string(seconds / 3600) + " h";
  else
    amount = std::to_string(seconds / 86'400) + " days";
  return at > now ? "in " + amount : amount + " ago";
}

std::string readable(json_element value) {
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS)
    return text.empty() ? "-" : readable_time(text);
  bool flag = false;
  if (value.get(flag) == simdjson::SUCCESS)
    return flag ? "yes" : "no";
  if (value.is_null())
    return "-";
  array items;
  if (value.get(items) != simdjson::SUCCESS)
    return one_line(value);
  if (is_list_of_objects(value))
    return one_line(value);
  std::string joined;
  for (const auto each : items)
    joined.append(joined.empty() ? "" : ", ").append(readable(each));
  return joined.empty() ? "-" : joined;
}

void print_object(std::ostream& out, json_element of, wall_time now) {
  object members;
  if (of.get(members) != simdjson::SUCCESS) {
    out << harmless(readable(of)) << '\n';
    return;
  }
  std::vector<row> rows;
  std::vector<std::pair<std::string, json_element>> lists;
  flatten({}, members, now, rows, lists);
  std::size_t width = 0;
  for (const auto& each : rows)
    width = std::max(width, display_width(each.name));
  for (const auto& each : rows)
    out << harmless(each.name) << std::string(width - display_width(each.name) + 2, ' ') << harmless(each.value)
        << '\n';
  for (const auto& [name, list] : lists) {
    out << harmless(name) << ":\n";
    print_list(out, list);
  }
}

} // namespace postroom::app::cli
