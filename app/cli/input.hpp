#pragma once

#include "base/limits.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <istream>
#include <string>

namespace postroom::app::cli {

/// The whole of a file, or of stdin for `-`. Errors: invalid_argument (cannot be read), too_large.
[[nodiscard]] result<std::string> read_text(const std::string& file, std::istream& in,
                                            std::uint64_t bytes_max = limits::submission_text_bytes_max);
/// The same for a secret, without the line end that editors append.
[[nodiscard]] result<secret<>> read_secret(const std::string& file, std::istream& in);

} // namespace postroom::app::cli
