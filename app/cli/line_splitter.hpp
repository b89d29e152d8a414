#pragma once

#include "app/cli/api_call.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace postroom::app::cli {

/// Cuts what arrives in pieces into lines ended by LF or CRLF.
class line_splitter {
public:
  /// False once the sink has enough.
  bool add(std::string_view piece, const line_sink& sink) {
    while (true) {
      const auto end = piece.find('\n');
      begun_.append(piece.substr(0, end));
      if (end == std::string_view::npos)
        return true;
      piece.remove_prefix(end + 1);
      if (begun_.ends_with('\r'))
        begun_.pop_back();
      const auto line = std::exchange(begun_, {});
      if (!sink(line))
        return false;
    }
  }

private:
  std::string begun_;
};

/// One event of a stream (Server-Sent Events as our API writes them: one `data` line, `id` is the position).
class event_reader {
public:
  struct event {
    std::string id;
    std::string data;
  };
  /// The event that this line completes.
  std::optional<event> line(std::string_view text) {
    if (text.empty()) {
      auto done = std::exchange(next_, {});
      return done.data.empty() ? std::nullopt : std::optional{std::move(done)};
    }
    const auto colon = text.find(':');
    auto value = colon == std::string_view::npos ? std::string_view{} : text.substr(colon + 1);
    if (value.starts_with(' '))
      value.remove_prefix(1);
    const auto name = text.substr(0, colon);
    if (name == "id")
      next_.id = value;
    else if (name == "data")
      next_.data.append(next_.data.empty() ? "" : "\n").append(value);
    return {};
  }

private:
  event next_;
};

} // namespace postroom::app::cli
