#include "actors/provider/idle_policy.hpp"

#include <algorithm>

namespace postroom::provider {

std::chrono::milliseconds idle_refresh_in(std::chrono::milliseconds since_refresh, double chance) {
  using std::chrono::milliseconds;
  const double share = chance >= 0.0 && chance < 1.0 ? chance : 0.5;
  const milliseconds spread{idle_spread};
  const auto moved = milliseconds{static_cast<milliseconds::rep>(2.0 * share * static_cast<double>(spread.count()))};
  const milliseconds period = milliseconds{idle_period} - spread + moved;
  return std::max(period - std::max(since_refresh, milliseconds{0}), milliseconds{0});
}

} // namespace postroom::provider
