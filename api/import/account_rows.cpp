#include "api/import/account_rows.hpp"

#include "api/object_json.hpp"
#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace postroom::api {
namespace {

using storage::field_kind;
using storage::field_rule;
constexpr auto kind = storage::object_kind::account;

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos)
    return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// A cell as the JSON value it stands for. What is not of the field's kind stays a text, and is refused as one.
std::optional<json_value> value_of(std::string cell, const field_rule& rule) {
  switch (rule.kind) {
  case field_kind::flag: {
    const auto word = ascii_lower(trimmed(cell));
    if (word.empty())
      return {};
    constexpr std::array<std::string_view, 3> yes{"true", "yes", "1"};
    constexpr std::array<std::string_view, 3> no{"false", "no", "0"};
    if (std::ranges::find(yes, word) != yes.end())
      return json_value{true};
    if (std::ranges::find(no, word) != no.end())
      return json_value{false};
    return json_value{std::move(cell)};
  }
  case field_kind::number: {
    const auto digits = trimmed(cell);
    std::int64_t value = 0;
    const auto [stop, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (!digits.empty() && failed == std::errc{} && stop == digits.data() + digits.size())
      return json_value{value};
    break;
  }
  case field_kind::time:
    cell = std::string{trimmed(cell)};
    break;
  // Blanks belong to a text (RFC 4180 §2 no. 4): folders may end with one.
  case field_kind::text:
  case field_kind::lines:
  case field_kind::secret:
    break;
  }
  // An id is never set back: who leaves it out means the address.
  if (cell.empty())
    return rule.name == "id" ? std::optional<json_value>{} : json_value{nullptr};
  return json_value{std::move(cell)};
}

std::uint64_t bit_of(std::string_view field) {
  const auto* rule = storage::find_field(kind, field);
  return rule ? std::uint64_t{1} << (rule - storage::fields_of(kind).data()) : 0;
}

} // namespace

std::optional<import_format> import_format_of(std::string_view content_type) {
  const auto semicolon = content_type.find(';');
  const auto type = ascii_lower(trimmed(content_type.substr(0, semicolon)));
  if (semicolon != std::string_view::npos) {
    const auto parameters = ascii_lower(content_type.substr(semicolon));
    const auto at = parameters.find("charset=");
    if (at != std::string::npos) {
      auto charset = trimmed(std::string_view{parameters}.substr(at + 8));
      charset = trimmed(charset.substr(0, charset.find(';')));
      if (charset != "utf-8" && charset != "\"utf-8\"" && charset != "us-ascii")
        return {};
    }
  }
  if (type == "text/csv")
    return import_format::csv;
  if (type == "application/x-ndjson" || type == "application/ndjson" || type == "application/jsonl")
    return import_format::ndjson;
  return {};
}

void account_row::apply_to(records::Account& into) const {
  for (const auto& rule : storage::fields_of(kind)) {
    // Who leaves the id empty means the address.
    if ((named & bit_of(rule.name)) == 0 || (rule.name == "id" && given.id().empty()))
      continue;
    const auto value = storage::get_field(given, rule);
    // It was checked when it was read; what cannot be set is what was empty, such as a time.
    if (!value || storage::set_field(into, rule, *value))
      storage::clear_field(into, rule);
  }
}

result<void> account_rows::add(std::string_view octets) {
  if (format_ == import_format::csv) {
    if (auto read = csv_.add(octets); !read)
      return read;
    return take_csv_rows();
  }
  while (!octets.empty()) {
    const auto end = octets.find('\n');
    line_.append(octets.substr(0, end));
    if (line_.size() > limits::csv_row_bytes_max)
      return fail(errc::too_large, "row " + std::to_string(line_number_ + 1) + " is longer than " +
                                       std::to_string(limits::csv_row_bytes_max) + " bytes");
    if (end == std::string_view::npos)
      return {};
    octets.remove_prefix(end + 1);
    if (auto taken = take_line(std::exchange(line_, {})); !taken)
      return taken;
  }
  return {};
}

result<void> account_rows::finish() {
  if (format_ == import_format::ndjson)
    return line_.empty() ? result<void>{} : take_line(std::exchange(line_, {}));
  if (auto read = csv_.finish(); !read)
    return read;
  if (auto taken = take_csv_rows(); !taken)
    return taken;
  if (columns_.empty())
    return fail(errc::invalid_argument, "the file has no header with the names of the fields");
  return {};
}

result<void> account_rows::take_csv_rows() {
  while (auto next = csv_.take()) {
    auto taken = columns_.empty() ? take_header(std::move(*next)) : take_csv_row(std::move(*next));
    if (!taken)
      return taken;
  }
  return {};
}

result<void> account_rows::take_header(csv::row header) {
  for (const auto& cell : header.fields) {
    const auto name = ascii_lower(trimmed(cell));
    const auto* rule = storage::find_field(kind, name);
    const std::string where = "the column '" + name.substr(0, id_bytes_max) + "'";
    if (!rule)
      return fail(errc::invalid_argument, where + " is not a field of an account" + storage::near_miss(kind, name));
    if (std::ranges::find(columns_, rule) != columns_.end())
      return fail(errc::invalid_argument, where + " is there twice");
    columns_.push_back(rule);
  }
  return {};
}

result<void> account_rows::take_csv_row(csv::row from) {
  if (from.fields.size() != columns_.size()) {
    report_.add_error(from.number, {"", "has " + std::to_string(from.fields.size()) + " fields, but the header has " +
                                            std::to_string(columns_.size())});
    account_row bad;
    bad.number = from.number;
    bad.valid = false;
    return keep(std::move(bad));
  }
  json_fields fields;
  for (std::size_t i = 0; i < columns_.size(); ++i)
    if (auto value = value_of(std::move(from.fields[i]), *columns_[i]))
      fields.emplace(columns_[i]->name, std::move(*value));
  return take_fields_of(from.number, fields);
}

result<void> account_rows::take_line(std::string_view line) {
  ++line_number_;
  if (line_number_ == 1 && line.starts_with("\xEF\xBB\xBF"))
    line.remove_prefix(3);
  if (trimmed(line).empty() || line == "\r")
    return {};
  const auto fields = read_json_object(line, "the line");
  if (fields)
    return take_fields_of(line_number_, *fields);
  account_row bad;
  bad.number = line_number_;
  bad.valid = false;
  for (const auto& each : fields.error().fields)
    report_.add_error(line_number_, each);
  if (fields.error().fields.empty())
    report_.add_error(line_number_, {"", fields.error().what.detail});
  return keep(std::move(bad));
}

result<void> account_rows::take_fields_of(std::uint64_t number, const json_fields& fields) {
  account_row made;
  made.number = number;
  const auto input = take_fields(kind, fields, made.given);
  for (const auto& each : input.problems)
    report_.add_error(number, each);
  made.valid = input.problems.empty();
  for (const auto& [name, value] : fields)
    made.named |= bit_of(name);
  return keep(std::move(made));
}

result<void> account_rows::keep(account_row row) {
  if (rows_.size() >= limits::import_rows_max)
    return fail(errc::too_large, "the file has more than " + std::to_string(limits::import_rows_max) + " rows");
  ++report_.rows;
  if (!row.valid)
    ++report_.invalid;
  rows_.push_back(std::move(row));
  return {};
}

} // namespace postroom::api
