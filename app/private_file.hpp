#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <string_view>

namespace postroom::app {

/// Writes a file with secrets: readable by the owner only, and replaced in one step, so that it is never seen
/// half-written. `invalid_argument` with the reason.
[[nodiscard]] result<void> write_private_file(const std::filesystem::path& file, std::string_view content);

} // namespace postroom::app
