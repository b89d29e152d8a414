#pragma once

#include "storage/store.hpp"

#include <cstdint>

namespace postroom::storage {

/// Erases what expired before `now_ms` (see keys::expiry), at most expiry_page things, oldest first. Answers how many.
/// Harmless to repeat; what was taken back from expiry meanwhile stays. `from` must outlive the answer.
void erase_expired(store& from, std::int64_t now_ms, completion<result<std::size_t>> done);

/// Erased in one commit; when as many were erased, there may be more.
inline constexpr std::size_t expiry_page = 500;

} // namespace postroom::storage
