#pragma once

#include "app/config.hpp"
#include "base/clock.hpp"
#include "storage/sealing.hpp"
#include "storage/store.hpp"

#include <cstddef>

namespace postroom::app {

struct declared_changes {
  std::size_t written = 0;
  std::size_t removed = 0;
  std::size_t kept = 0; ///< gone from the file and still needed
  std::size_t unchanged = 0;
};

/// Brings the stored configuration in line with what the file declares: writes what differs, takes over objects of the
/// same id, and removes objects that were declared before and no longer are – unless something that stays needs them
/// (app/departures.hpp). Logs what was removed and what was kept. A refresh token that has rotated since its
/// import stays unless the declared one is another. Waits for the store; call before the actors start. Running it
/// twice changes nothing the second time.
[[nodiscard]] result<declared_changes> declare(storage::store& store, const storage::keyring& keys,
                                               const configuration& config, wall_time now);

} // namespace postroom::app
