#pragma once

#include "base/clock.hpp"

#include <simdjson.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// How this folder reads JSON of identity platforms: what is missing or of another type reads as empty. For its own
/// files only.
namespace postroom::oauth2 {

/// A document being read. It may hold tokens twice, as received and unescaped: both are wiped, like every secret.
class open_json {
public:
  /// At most limits::http_answer_bytes_max; a longer one is as none.
  explicit open_json(std::string_view text);
  ~open_json();
  open_json(const open_json&) = delete;
  open_json& operator=(const open_json&) = delete;

  /// Null when it is no JSON object.
  [[nodiscard]] const simdjson::dom::element* object() const { return is_object_ ? &root_ : nullptr; }

private:
  simdjson::padded_string text_;
  simdjson::dom::parser parser_;
  simdjson::dom::element root_;
  bool is_object_ = false;
};

/// Valid as long as the document.
[[nodiscard]] std::string_view text_of(const simdjson::dom::element& object, std::string_view key);
/// Seconds as a number or, from some, a string of digits; at most a year. Nothing for negative ones.
[[nodiscard]] std::optional<std::chrono::seconds> seconds_of(const simdjson::dom::element& object,
                                                             std::string_view key);
/// A NumericDate (RFC 7519 §2), which may have a fraction. Nothing before 1970 or after the year 9999.
[[nodiscard]] std::optional<wall_time> time_of(const simdjson::dom::element& object, std::string_view key);

/// `text` up to `bytes_max` as one line, without control characters: support's "Trace ID" and the like come behind line
/// ends.
[[nodiscard]] std::string flatten(std::string_view text, std::size_t bytes_max);

} // namespace postroom::oauth2
