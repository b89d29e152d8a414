#pragma once

#include <string>
#include <string_view>

namespace postroom::app::cli {

/// `who_acts` in words for whoever sits at the terminal.
[[nodiscard]] std::string role_in_words(std::string_view role);

} // namespace postroom::app::cli
