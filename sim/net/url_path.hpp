#pragma once

#include <string>
#include <string_view>

/// Paths of requests, taken apart. Pure.
namespace postroom::sim {

/// A `+` is a plus: this is a path, not a form. What is no escape stays as it is.
[[nodiscard]] std::string percent_decoded(std::string_view text);
/// Up to the next slash, which goes with it.
[[nodiscard]] std::string_view next_segment(std::string_view& path);

} // namespace postroom::sim
