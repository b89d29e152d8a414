#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <map>
#include <string>
#include <unordered_map>

namespace postroom::provider {

/// Spreads the refreshes of one provider's grants: thousands of tokens that were issued together must not be refreshed
/// together for ever. Knows how many are planned in each minute and puts a new one where there are fewest. Plain data;
/// time and chance come in. Owned by the provider actor.
class refresh_calendar {
public:
  /// A moment in [earliest, latest] for `grant`, in place of the one it had. Within the chosen minute `chance` in
  /// [0, 1) decides. `earliest` when the two are less than a minute apart.
  mono_time plan(const std::string& grant, mono_time earliest, mono_time latest, double chance);
  void forget(const std::string& grant);
  [[nodiscard]] std::size_t planned() const noexcept { return minute_of_.size(); }

private:
  using minute = std::chrono::time_point<std::chrono::steady_clock, std::chrono::minutes>;
  std::map<minute, std::uint32_t> load_;
  std::unordered_map<std::string, minute> minute_of_;
};

} // namespace postroom::provider
