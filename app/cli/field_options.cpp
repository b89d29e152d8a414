#include "app/cli/field_options.hpp"

#include "app/cli/input.hpp"
#include "app/cli/session.hpp"

#include <algorithm>
#include <charconv>

namespace postroom::app::cli {
namespace {

using storage::field_kind;
using storage::field_rule;

std::string described(const field_rule& rule, bool fresh) {
  std::string text{rule.label};
  if (!rule.choices.empty()) {
    text += ": ";
    for (const auto each : rule.choices)
      text.append(each == rule.choices.front() ? "" : ", ").append(each);
  }
  if (rule.kind == field_kind::flag)
    text += ": true, false";
  if (rule.kind == field_kind::time)
    text += ", like 2026-11-24T02:09:11Z";
  if (rule.required && fresh)
    text += " (required)";
  return text;
}

std::string type_of(const field_rule& rule) {
  switch (rule.kind) {
  case field_kind::flag:
    return "BOOL";
  case field_kind::number:
    return "NUMBER";
  case field_kind::time:
    return "TIME";
  case field_kind::text:
  case field_kind::lines:
  case field_kind::secret:
    break;
  }
  return "TEXT";
}

void add_value(CLI::App& command, const std::string& option, const field_rule& rule,
               std::map<std::string, std::string>& into, const std::string& description, const std::string& type) {
  command
      .add_option_function<std::string>(
          option, [&into, name = std::string{rule.name}](const std::string& text) { into[name] = text; }, description)
      ->type_name(type)
      ->group("Fields");
}

/// What cannot be told in the form the API wants goes as text, and the API says what is wrong with it.
boost::json::value value_of(const field_rule& rule, const std::string& text) {
  if (rule.kind == field_kind::flag && (text == "true" || text == "false"))
    return text == "true";
  if (rule.kind == field_kind::number) {
    std::int64_t number = 0;
    const auto [stop, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed == std::errc{} && stop == text.data() + text.size())
      return number;
  }
  return boost::json::value(text);
}

} // namespace

std::string option_of(storage::object_kind kind, std::string_view field) {
  std::string name{field};
  std::ranges::replace(name, '_', '-');
  if (is_common_option(name))
    name.insert(0, std::string{to_string(kind)} + '-');
  return "--" + name;
}

void add_field_options(CLI::App& command, storage::object_kind kind, field_inputs& inputs, bool clearing) {
  for (const auto& rule : storage::fields_of(kind)) {
    if (rule.name == "id")
      continue;
    const auto option = option_of(kind, rule.name);
    if (rule.kind == field_kind::lines && rule.name != "description") {
      add_value(command, option + "-file", rule, inputs.secret_files,
                described(rule, !clearing) + ", from a file; -: stdin", "FILE");
    } else if (rule.kind == field_kind::secret) {
      add_value(command, option + "-file", rule, inputs.secret_files,
                described(rule, !clearing) + ", from a file; -: stdin", "FILE");
      add_value(command, option + "-env", rule, inputs.secret_variables,
                std::string{rule.label} + ", from a variable of the environment", "VARIABLE");
    } else {
      add_value(command, option, rule, inputs.given, described(rule, !clearing), type_of(rule));
    }
  }
  if (clearing)
    command.add_option("--clear", inputs.cleared, "Set a field back to its default, by its name in the API")
        ->type_name("FIELD")
        ->allow_extra_args(false)
        ->group("Fields");
}

result<boost::json::object> body_of(storage::object_kind kind, const field_inputs& inputs,
                                    const variable_reader& variable, std::istream& in) {
  boost::json::object body;
  for (const auto& [name, text] : inputs.given)
    body[name] = value_of(*storage::find_field(kind, name), text);
  for (const auto& [name, file] : inputs.secret_files) {
    const auto read = read_secret(file, in);
    if (!read)
      return read.error();
    body[name] = read->expose();
  }
  for (const auto& [name, from] : inputs.secret_variables) {
    const auto value = variable(from.c_str());
    if (value.empty())
      return fail(errc::invalid_argument, "the variable " + from + " is not set");
    body[name] = value;
  }
  for (auto name : inputs.cleared) {
    std::ranges::replace(name, '-', '_');
    if (!storage::find_field(kind, name))
      return fail(errc::invalid_argument, "there is no field '" + name + "'" + storage::near_miss(kind, name));
    body[name] = nullptr;
  }
  return body;
}

} // namespace postroom::app::cli
