#pragma once

#include <string>

namespace postroom::app::cli {

/// docs/troubleshooting.md: what people see first and where to look, then every row of the table of known errors with
/// an anchor that is its key. Markdown.
[[nodiscard]] std::string troubleshooting_page();

} // namespace postroom::app::cli
