#pragma once

#include "app/config.hpp"
#include "app/config_table.hpp"

#include <filesystem>

namespace postroom::app {

/// Reads `[[tenant]]`, `[[provider]]`, `[[grant]]` and `[[account]]` into `config` and checks each object, the
/// references between them and that no id is used twice. Secrets come from the key itself, from the variable named by
/// `<key>_env`, or from the file named by `<key>_file`, relative to `folder`. Mistakes go to `problems`; what was read
/// is of use only if there are none.
void read_objects(config_table& top, const std::filesystem::path& folder, const environment& env,
                  config_problems& problems, configuration& config);

} // namespace postroom::app
