#pragma once

#include "base/ids.hpp"
#include "storage/store.hpp"

#include <cstdint>
#include <ostream>
#include <string>

namespace postroom::app {

/// Follows a tenant's log and prints a line for each event. Blocks for the disk: main thread only.
class event_printer {
public:
  event_printer(storage::store& from, tenant_id tenant) : store_(from), tenant_(std::move(tenant)) {}
  /// Prints what has come since the last call, at most a page.
  void print_new(std::ostream& out);

private:
  storage::store& store_;
  tenant_id tenant_;
  std::uint64_t after_ = 0;
};

} // namespace postroom::app
