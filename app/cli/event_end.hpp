#pragma once

#include "app/cli/json_view.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace postroom::app::cli {

/// Position of the last event, found with O(log n) questions; the API tells only what follows a position. Nothing when
/// a question is not answered.
[[nodiscard]] std::optional<std::uint64_t>
end_of_log(const std::function<std::optional<bool>(std::uint64_t after)>& has_more);

/// An event on one line, for people.
[[nodiscard]] std::string event_line(json_element event);

} // namespace postroom::app::cli
