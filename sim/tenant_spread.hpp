#pragma once

#include "sim/scenario.hpp"

#include <cstddef>
#include <vector>

namespace postroom::sim {

/// Counts of all tenants together.
struct tenant_spread {
  std::size_t tenants = 1;
  std::size_t providers = 1;
  std::size_t grants = 1; ///< delegates who have signed in
  std::size_t mailboxes = 20;
};

/// `Customer 1` at `customer-1.test` and so on, customers of Microsoft 365; what does not divide evenly goes to the
/// first ones. Every provider has as many delegates as the next. `invalid_argument` when some tenant would have no
/// provider or no mailbox, or some provider no delegate.
[[nodiscard]] result<std::vector<tenant_plan>> spread_tenants(const tenant_spread& counts);

} // namespace postroom::sim
