#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"

#include <istream>
#include <string>

namespace postroom::app::cli {

/// The whole of a file, or of stdin for `-`. Errors: invalid_argument (cannot be read), too_large (beyond 4 MiB).
[[nodiscard]] result<std::string> read_text(const std::string& file, std::istream& in);
/// The same for a secret, without the line end that editors append.
[[nodiscard]] result<secret<>> read_secret(const std::string& file, std::istream& in);

} // namespace postroom::app::cli
