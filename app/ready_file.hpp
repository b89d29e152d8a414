#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <string>

namespace postroom::app {

/// Writes `{"url","token","pid"}` for whoever started us and waits for the file to appear. Readable by the owner only,
/// since the token is in it; replaced in one step, so that it is never seen half-written.
[[nodiscard]] result<void> write_ready_file(const std::filesystem::path& file, const std::string& url,
                                            const std::string& token);

} // namespace postroom::app
