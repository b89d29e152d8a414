#include "api/attachment_names.hpp"

#include "protocol/http/url.hpp"

#include <simdjson.h>

#include <algorithm>
#include <array>

namespace postroom::api {
namespace {

constexpr std::size_t filename_bytes_max = 255;
constexpr std::array<std::string_view, 5> summary_names{"subject", "from", "to", "automatic", "attachments"};

/// Characters of a token (RFC 9110 §5.6.2).
bool is_token_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view{"!#$&-^_.+"}.find(c) != std::string_view::npos;
}

bool is_plain(char c) {
  return c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '%' && c != '/';
}

} // namespace

std::optional<attachment_facts> find_attachment(std::string_view event_data, std::string_view part) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded{event_data};
  simdjson::dom::array all;
  if (parser.parse(padded)["attachments"].get(all) != simdjson::SUCCESS)
    return {};
  for (const auto each : all) {
    std::string_view number;
    if (each["part"].get(number) != simdjson::SUCCESS || number != part)
      continue;
    attachment_facts facts;
    std::string_view text;
    if (each["filename"].get(text) == simdjson::SUCCESS)
      facts.filename = text;
    if (each["content_type"].get(text) == simdjson::SUCCESS)
      facts.content_type = text;
    if (each["size"].get(facts.bytes) != simdjson::SUCCESS)
      facts.bytes = 0;
    return facts;
  }
  return {};
}

std::string summary_members(std::string_view event_data) {
  simdjson::dom::parser parser;
  const simdjson::padded_string padded{event_data};
  simdjson::dom::object object;
  if (parser.parse(padded).get(object) != simdjson::SUCCESS)
    return {};
  std::string members;
  for (const auto name : summary_names) {
    simdjson::dom::element value;
    if (object[name].get(value) == simdjson::SUCCESS)
      members.append(",\"").append(name).append("\":").append(simdjson::minify(value));
  }
  return members;
}

std::string attachment_disposition(std::string_view filename) {
  const auto name = filename.substr(0, filename_bytes_max);
  if (name.empty())
    return "attachment";
  std::string plain{name};
  std::ranges::replace_if(
      plain, [](char c) { return !is_plain(c); }, '_');
  std::string out = "attachment; filename=\"" + plain + '"';
  if (plain != name)
    out += "; filename*=UTF-8''" + http::percent_encode(name);
  return out;
}

std::string safe_content_type(std::string_view content_type) {
  const auto slash = content_type.find('/');
  const bool plain = slash != std::string_view::npos && slash > 0 && slash + 1 < content_type.size() &&
                     content_type.size() <= 127 &&
                     std::ranges::all_of(content_type.substr(0, slash), is_token_character) &&
                     std::ranges::all_of(content_type.substr(slash + 1), is_token_character);
  return plain ? std::string{content_type} : "application/octet-stream";
}

} // namespace postroom::api
