#include "base/log_line.hpp"

#include "base/utf8.hpp"

#include <cstdio>

namespace postroom::log {
namespace {

/// Room kept for the closing of a line.
constexpr std::size_t closing_bytes = 32;

/// Control characters, among them those of the second block that terminals obey (U+0080 to U+009F), and the two line
/// separators that JavaScript takes for line ends.
bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1)
    return first < 0x20 || first == 0x7f;
  if (character.size() == 2)
    return first == 0xc2 && static_cast<unsigned char>(character[1]) < 0xa0;
  return character == "\xe2\x80\xa8" || character == "\xe2\x80\xa9";
}

void append_escape(std::string& out, std::string_view character) {
  unsigned code = static_cast<unsigned char>(character[0]);
  if (character.size() == 2)
    code = static_cast<unsigned char>(character[1]);
  else if (character.size() == 3)
    code = character[2] == '\xa8' ? 0x2028 : 0x2029;
  char escape[8];
  std::snprintf(escape, sizeof escape, "\\u%04x", code);
  out.append(escape);
}

/// The inside of a JSON string. Bytes that are no UTF-8 become U+FFFD.
void append_escaped(std::string& out, std::string_view text) {
  const bool cut = text.size() > value_bytes_max;
  text = utf8_prefix(text, value_bytes_max);
  while (!text.empty()) {
    const auto length = utf8_character_bytes(text);
    const auto character = text.substr(0, length == 0 ? 1 : length);
    text.remove_prefix(character.size());
    if (length == 0)
      out.append("\xef\xbf\xbd");
    else if (character == "\"" || character == "\\")
      out.append(1, '\\').append(character);
    else if (character == "\n")
      out.append("\\n");
    else if (character == "\r")
      out.append("\\r");
    else if (character == "\t")
      out.append("\\t");
    else if (is_control(character))
      append_escape(out, character);
    else
      out.append(character);
  }
  if (cut)
    out.append("…");
}

bool needs_quotes(std::string_view text) {
  if (text.empty() || text.size() > value_bytes_max)
    return true;
  for (const char c : text)
    if (c <= ' ' || c >= 0x7f || c == '"' || c == '\\' || c == '=')
      return true;
  return false;
}

enum class quoting { always, where_needed };

void append_value(std::string& out, const field& f, quoting quotes) {
  if (const auto* text = std::get_if<std::string_view>(&f.value())) {
    if (quotes == quoting::where_needed && !needs_quotes(*text)) {
      out.append(*text);
      return;
    }
    out.push_back('"');
    append_escaped(out, *text);
    out.push_back('"');
  } else if (const auto* truth = std::get_if<bool>(&f.value())) {
    out.append(*truth ? "true" : "false");
  } else if (const auto* number = std::get_if<std::int64_t>(&f.value())) {
    out.append(std::to_string(*number));
  } else {
    out.append(std::to_string(std::get<std::uint64_t>(f.value())));
  }
}

/// Calls `append(field)` for each; takes back what does not fit. Returns whether something was left out.
template <class Append>
bool append_fields(std::string& out, fields values, Append append) {
  std::size_t count = 0;
  bool cut = false;
  for (const auto& f : values) {
    const auto before = out.size();
    if (++count > fields_max)
      return true;
    append(f);
    if (out.size() > line_bytes_max - closing_bytes) {
      out.resize(before);
      cut = true;
    }
  }
  return cut;
}

} // namespace

std::string format_json(wall_time when, level of, std::string_view event, fields values) {
  std::string out;
  out.reserve(256);
  out.append(R"({"time":")").append(to_rfc3339(when)).append(R"(","level":")").append(to_string(of));
  out.append(R"(","event":")");
  append_escaped(out, event);
  out.push_back('"');
  const bool cut = append_fields(out, values, [&out](const field& f) {
    out.append(",\"");
    append_escaped(out, f.key());
    out.append("\":");
    append_value(out, f, quoting::always);
  });
  out.append(cut ? R"(,"cut":true})" : "}");
  return out;
}

std::string format_text(wall_time when, level of, std::string_view event, fields values) {
  std::string out;
  out.reserve(256);
  out.append(to_rfc3339(when)).append(1, ' ').append(to_string(of)).append(1, ' ');
  append_escaped(out, event);
  const bool cut = append_fields(out, values, [&out](const field& f) {
    out.push_back(' ');
    append_escaped(out, f.key());
    out.push_back('=');
    append_value(out, f, quoting::where_needed);
  });
  if (cut)
    out.append(" cut=true");
  return out;
}

} // namespace postroom::log
