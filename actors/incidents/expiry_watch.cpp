#include "actors/incidents/expiry_watch.hpp"

#include <algorithm>
#include <array>

namespace postroom::incidents {
namespace {

using std::chrono::days;
using std::chrono::milliseconds;

/// From the farthest to the nearest.
constexpr std::array<expiry_stage, 4> thresholds{30, 14, 7, 1};
constexpr milliseconds look_at_least_every = days{1};

} // namespace

expiry_stage stage_of(wall_time expires, wall_time now) noexcept {
  if (now >= expires)
    return expired;
  auto stage = not_expiring;
  for (const auto each : thresholds)
    if (now >= expires - days{each})
      stage = each;
  return stage;
}

bool is_nearer(expiry_stage stage, expiry_stage announced) noexcept {
  if (stage == not_expiring || announced == expired)
    return false;
  return stage == expired || announced == not_expiring || stage < announced;
}

std::optional<milliseconds> look_again_in(wall_time expires, wall_time now) noexcept {
  if (now >= expires)
    return std::nullopt;
  auto next = std::min(expires - now, look_at_least_every);
  for (const auto each : thresholds)
    if (const auto at = expires - days{each}; at > now)
      next = std::min(next, at - now);
  return next;
}

std::int64_t days_left(wall_time expires, wall_time now) noexcept {
  return now >= expires ? 0 : std::chrono::ceil<days>(expires - now).count();
}

} // namespace postroom::incidents
