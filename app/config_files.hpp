#pragma once

#include "app/config.hpp"
#include "base/result.hpp"

namespace postroom::app {

/// Whether what a valid configuration names can be used, as far as a start needs it: the API's certificate and key, and
/// the sealing keys in `key_file` or POSTROOM_KEYS. Reads, and makes nothing. The error is of the one that cannot.
[[nodiscard]] result<void> check_files(const configuration& of);

} // namespace postroom::app
