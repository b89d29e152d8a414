#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "storage/sealing.hpp"

#include "records.pb.h"

/// An update of a provider's secret needs no pause: the platform takes the old one until it expires or is removed
/// there, so it stays beside the new one. Thread-safe.
namespace postroom::storage {

/// After a client secret went into `into`: keeps the one of `before`, with its end, as the previous one. Nothing is
/// kept when there was none, it has expired by `now`, the key that sealed it is lost, or none took its place; when it
/// is the same one, what was kept before stays.
[[nodiscard]] result<void> keep_previous_secret(const keyring& keys, records::Provider& into,
                                                const records::Provider& before, wall_time now);
/// Likewise after a certificate and its key went into `into`.
[[nodiscard]] result<void> keep_previous_certificate(const keyring& keys, records::Provider& into,
                                                     const records::Provider& before, wall_time now);

/// What was kept is given up at once.
void drop_previous_secret(records::Provider& of);
void drop_previous_certificate(records::Provider& of);

} // namespace postroom::storage
