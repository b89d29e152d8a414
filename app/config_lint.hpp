#pragma once

#include "app/config.hpp"
#include "base/clock.hpp"

#include <string>
#include <vector>

namespace postroom::app {

/// What a configuration that is valid probably does not mean, for people: `provider azure: client_secret looks like …`
/// with the remedy on a second line. Secrets are looked into and never quoted.
[[nodiscard]] std::vector<std::string> lint(const configuration& of, wall_time now);

} // namespace postroom::app
