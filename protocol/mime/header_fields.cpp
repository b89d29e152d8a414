#include "protocol/mime/header_fields.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace postroom::mime {

namespace {

bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t';
}

std::size_t name_length(std::string_view line) noexcept {
  std::size_t n = 0;
  while (n < line.size() && line[n] > ' ' && line[n] < 127 && line[n] != ':')
    ++n;
  return n;
}

} // namespace

bool starts_field(std::string_view line) noexcept {
  auto n = name_length(line);
  if (n == 0)
    return false;
  while (n < line.size() && is_blank(line[n])) // obsolete syntax, RFC 5322 §4.5
    ++n;
  return n < line.size() && line[n] == ':';
}

std::vector<header_field> split_fields(std::string_view block, bool& invalid) {
  std::vector<header_field> fields;
  fields.reserve(32);
  bool open = false; // whether a continuation line belongs to fields.back()
  while (!block.empty()) {
    const auto end = block.find('\n');
    const auto length = end == std::string_view::npos ? block.size() : end + 1;
    const auto line = block.substr(0, length);
    if (is_blank(line.front())) {
      if (open) {
        auto& value = fields.back().folded_value;
        value = {value.data(), static_cast<std::size_t>(line.data() + line.size() - value.data())};
      } else {
        invalid = true;
      }
    } else if (starts_field(line)) {
      const auto colon = line.find(':');
      fields.push_back({line.substr(0, name_length(line)), line.substr(colon + 1)});
      open = true;
    } else {
      invalid = true;
      open = false;
    }
    block.remove_prefix(length);
  }
  return fields;
}

std::string unfold(std::string_view folded_value, std::size_t bytes_max) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0'; };
  while (!folded_value.empty() && is_space(folded_value.front()))
    folded_value.remove_prefix(1);
  while (!folded_value.empty() && is_space(folded_value.back()))
    folded_value.remove_suffix(1);
  std::string line;
  line.reserve(std::min(folded_value.size(), bytes_max));
  for (std::size_t i = 0; i < folded_value.size() && line.size() < bytes_max; ++i) {
    const char c = folded_value[i];
    if (c == '\r' && i + 1 < folded_value.size() && folded_value[i + 1] == '\n')
      continue;
    if (c == '\n' && i + 1 < folded_value.size() && is_blank(folded_value[i + 1]))
      continue;
    line.push_back(c == '\0' || c == '\r' || c == '\n' ? ' ' : c);
  }
  return line;
}

bool starts_with_nocase(std::string_view text, std::string_view prefix) noexcept {
  return ascii_iequals(text.substr(0, prefix.size()), prefix);
}

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back()))
    text.remove_suffix(1);
  return text;
}

} // namespace postroom::mime
