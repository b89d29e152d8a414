#include "actors/provider/refresh_calendar.hpp"

#include <algorithm>
#include <limits>

namespace postroom::provider {
namespace {

using namespace std::chrono_literals;

/// No more minutes than this are compared: the last day of a window is room enough for any number of grants.
constexpr auto considered_max = 24h;

double bounded(double chance) {
  return chance >= 0.0 && chance < 1.0 ? chance : 0.5;
}

} // namespace

mono_time refresh_calendar::plan(const std::string& grant, mono_time earliest, mono_time latest, double chance) {
  forget(grant);
  if (latest - earliest > considered_max)
    earliest = latest - considered_max;
  auto chosen = std::chrono::floor<std::chrono::minutes>(earliest);
  const bool room = latest - earliest >= 1min;
  if (room) {
    // The latest of those with the least to do: the longer a token is used, the fewer are needed.
    auto least = std::numeric_limits<std::uint32_t>::max();
    auto planned = load_.lower_bound(chosen);
    for (auto each = chosen; each < latest; each += 1min) {
      while (planned != load_.end() && planned->first < each)
        ++planned;
      const auto load = planned != load_.end() && planned->first == each ? planned->second : 0;
      if (load <= least) {
        least = load;
        chosen = each;
      }
    }
  }
  ++load_[chosen];
  minute_of_.insert_or_assign(grant, chosen);
  if (!room)
    return earliest;
  // The first and the last minute of the window may belong to it in part only.
  const auto from = std::max<mono_time>(chosen, earliest);
  const auto until = std::min<mono_time>(chosen + 1min, latest);
  const auto span = std::chrono::duration<double, mono_time::period>(until - from) * bounded(chance);
  return from + std::chrono::duration_cast<mono_time::duration>(span);
}

void refresh_calendar::forget(const std::string& grant) {
  const auto found = minute_of_.find(grant);
  if (found == minute_of_.end())
    return;
  if (const auto at = load_.find(found->second); at != load_.end() && --at->second == 0)
    load_.erase(at);
  minute_of_.erase(found);
}

} // namespace postroom::provider
