#pragma once

#include <string_view>

namespace postroom::app {

/// As in the CHANGELOG.
inline constexpr std::string_view version = "0.1.0";

} // namespace postroom::app
