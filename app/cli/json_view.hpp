#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <simdjson.h>

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

/// The gateway's JSON, read and shown to people.
namespace postroom::app::cli {

using json_element = simdjson::dom::element;

/// A document and what it points into.
class json_document {
public:
  /// `protocol_violation` when it is not JSON: then no gateway of ours has answered.
  [[nodiscard]] static result<json_document> parse(std::string text);
  [[nodiscard]] json_element root() const { return root_; }

private:
  json_document() = default;
  /// Elements point into it, so it stays where it is when the document moves.
  std::unique_ptr<simdjson::dom::parser> parser_ = std::make_unique<simdjson::dom::parser>();
  json_element root_;
};

/// The value at `status.last_error.code`; nothing when a step is missing or null.
[[nodiscard]] std::optional<json_element> value_at(json_element from, std::string_view dotted_path);
/// A text there; empty when there is none.
[[nodiscard]] std::string text_at(json_element from, std::string_view dotted_path);
/// One line, as it was sent but for blanks between its parts.
[[nodiscard]] std::string one_line(json_element of);

/// `2026-11-24 02:09:11Z` (with milliseconds where there are any) for an RFC 3339 time; other texts stay.
[[nodiscard]] std::string readable_time(std::string_view text);
/// `3 min ago`, `in 2 h`.
[[nodiscard]] std::string distance_from(wall_time now, wall_time at);
/// A value for people: `-` for null, yes and no, times, lists joined.
[[nodiscard]] std::string readable(json_element value);

/// Every member of an object as `name  value`, nested ones as `outer.inner`, lists of objects as tables beneath.
void print_object(std::ostream& out, json_element of, wall_time now);

} // namespace postroom::app::cli
