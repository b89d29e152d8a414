#pragma once

#include "base/clock.hpp"
#include "base/secret.hpp"
#include "storage/object_schema.hpp"

#include "records.pb.h"

#include <vector>

namespace postroom::storage {

/// What is wrong with a provider's certificate and the private key that goes with it (empty: there is none): no PEM,
/// expired, not its key, one without the other, or the service takes none. Pure.
[[nodiscard]] std::vector<field_problem> check_certificate(const records::Provider& of, const secret<>& key,
                                                           wall_time now);

} // namespace postroom::storage
