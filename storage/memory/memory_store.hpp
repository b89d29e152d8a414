#pragma once

#include "base/clock.hpp"
#include "storage/store.hpp"

#include <memory>

namespace postroom::storage {

/// A store that forgets everything when destroyed: the reference the other back ends are compared with, and what tests
/// run on. Completions run on the caller's thread before the call returns, outside the store's mutex, so they may call
/// the store again. `time` must outlive the store.
[[nodiscard]] std::unique_ptr<store> open_memory_store(const clock& time);

} // namespace postroom::storage
