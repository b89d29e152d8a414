#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "storage/store.hpp"

#include <boost/json/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::app {

/// One entry of the log.
struct demo_event {
  std::string tenant;
  std::uint64_t seq = 0; ///< in the tenant's log
  std::string id;
  std::string type;
  wall_time time{};
  boost::json::value data;

  /// Of the data, by JSON pointer; empty when it is missing or no text.
  [[nodiscard]] std::string text(std::string_view pointer) const;
  /// False when it is missing or no truth value.
  [[nodiscard]] bool flag(std::string_view pointer) const;
};

/// Follows a tenant's log. Blocks for the disk: main thread only.
class demo_events {
public:
  demo_events(storage::store& from, tenant_id tenant) : store_(from), tenant_(std::move(tenant)) {}
  /// What has come since the last call, at most a page. Entries that cannot be read are left out.
  [[nodiscard]] std::vector<demo_event> next();

private:
  storage::store& store_;
  tenant_id tenant_;
  std::uint64_t after_ = 0;
};

} // namespace postroom::app
