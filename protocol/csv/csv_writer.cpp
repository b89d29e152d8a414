#include "protocol/csv/csv_writer.hpp"

#include <string_view>

namespace postroom::csv {
namespace {

bool needs_quotes(std::string_view field) {
  if (field.find_first_of(",;\"\r\n\t") != std::string_view::npos)
    return true;
  // Spreadsheets drop blanks at the ends; and a text that begins like a mark is not one.
  return !field.empty() && (field.front() == ' ' || field.back() == ' ' || field.front() == '\xEF');
}

} // namespace

std::string write_row(std::span<const std::string> fields) {
  std::string out;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0)
      out += ',';
    // A row of one empty field would be an empty row.
    if (!needs_quotes(fields[i]) && (fields.size() > 1 || !fields[i].empty())) {
      out += fields[i];
      continue;
    }
    out += '"';
    for (const char c : fields[i]) {
      out += c;
      if (c == '"')
        out += c;
    }
    out += '"';
  }
  return out += "\r\n";
}

} // namespace postroom::csv
