#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <string_view>

namespace postroom::app {

/// Whether the configuration of a gateway for the stand-in may be written there: nothing is there, or an earlier one.
/// `conflict` for any other file: an operator's configuration must not be lost, nor its data be given to another.
[[nodiscard]] result<void> check_gateway_config_file(const std::filesystem::path& file);

/// Checks, then writes it, marked as ours and readable by its owner only.
[[nodiscard]] result<void> write_gateway_config_file(const std::filesystem::path& file, std::string_view config);

} // namespace postroom::app
