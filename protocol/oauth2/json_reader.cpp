#include "protocol/oauth2/json_reader.hpp"

#include "base/limits.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <charconv>

namespace postroom::oauth2 {
namespace {

using simdjson::dom::element;
using std::chrono::seconds;

constexpr seconds seconds_max{365 * 24 * 3600};
constexpr std::int64_t end_of_time = 253'402'300'799; // 9999-12-31T23:59:59Z

void wipe(volatile void* begin, std::size_t bytes) {
  auto* p = static_cast<volatile char*>(begin);
  for (std::size_t i = 0; p != nullptr && i < bytes; ++i)
    p[i] = 0;
}

} // namespace

open_json::open_json(std::string_view text)
    : text_(text.substr(0, text.size() > limits::http_answer_bytes_max ? 0 : text.size())),
      parser_(limits::http_answer_bytes_max) {
  simdjson::dom::object object;
  is_object_ = text_.size() > 0 && parser_.parse(text_).get(root_) == simdjson::SUCCESS &&
               root_.get(object) == simdjson::SUCCESS;
}

open_json::~open_json() {
  wipe(text_.data(), text_.size());
  wipe(parser_.doc.string_buf.get(), parser_.doc.string_buf ? text_.size() : 0); // made for more than the text
}

std::string_view text_of(const element& object, std::string_view key) {
  std::string_view text;
  return object[key].get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

std::optional<seconds> seconds_of(const element& object, std::string_view key) {
  std::int64_t count = 0;
  std::string_view text;
  double fraction = 0;
  if (object[key].get(count) == simdjson::SUCCESS) {
    // fine as it is
  } else if (object[key].get(text) == simdjson::SUCCESS) {
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (failed != std::errc{} || end != text.data() + text.size())
      return std::nullopt;
  } else if (object[key].get(fraction) == simdjson::SUCCESS && fraction >= 0 &&
             fraction <= static_cast<double>(seconds_max.count())) {
    count = static_cast<std::int64_t>(fraction);
  } else {
    return std::nullopt;
  }
  if (count < 0)
    return std::nullopt;
  return std::min(seconds{count}, seconds_max);
}

std::optional<wall_time> time_of(const element& object, std::string_view key) {
  std::int64_t count = 0;
  double fraction = 0;
  if (object[key].get(count) != simdjson::SUCCESS) {
    if (object[key].get(fraction) != simdjson::SUCCESS || !(fraction >= 0) ||
        fraction > static_cast<double>(end_of_time))
      return std::nullopt;
    count = static_cast<std::int64_t>(fraction);
  }
  if (count < 0 || count > end_of_time)
    return std::nullopt;
  return wall_time{seconds{count}};
}

std::string flatten(std::string_view text, std::size_t bytes_max) {
  std::string out;
  for (const char c : utf8_prefix(text, bytes_max)) {
    const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    if (!control)
      out.push_back(c);
    else if (!out.empty() && out.back() != ' ')
      out.push_back(' ');
  }
  return out;
}

} // namespace postroom::oauth2
