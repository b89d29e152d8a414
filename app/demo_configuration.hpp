#pragma once

#include "app/config.hpp"
#include "sim/stand_in.hpp"

#include <filesystem>
#include <string>

namespace postroom::app {

/// What an operator would write into postroom.toml for the stand-in.
[[nodiscard]] configuration demo_configuration(const std::string& listen, const std::filesystem::path& directory,
                                               const sim::stand_in& office);

} // namespace postroom::app
