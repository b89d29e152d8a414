#include "actors/provider/refresh_window.hpp"

#include <algorithm>

namespace postroom::provider {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// A platform may say any number.
constexpr seconds life_max = 365 * 24h;
constexpr milliseconds end_reserve = 5min;
/// A request's time.
constexpr milliseconds answer_reserve = 15s;
/// Of what was put off: time for one more try while the token is still good.
constexpr auto recovery_reserve = 2min;
/// Of what nobody can use meanwhile.
constexpr auto recovery_spread = 5min;

milliseconds percent(milliseconds of, int share) {
  return of * share / 100;
}

} // namespace

refresh_window refresh_window_of(const oauth2::token_times& token, bool first) {
  const milliseconds life = std::clamp(token.expires_in, seconds{0}, life_max);
  const auto soonest = percent(life, 15);
  auto latest = std::clamp(life - end_reserve, percent(life, 50), percent(life, 75));
  if (first)
    latest = std::clamp(life - oauth2::token_remaining_min - answer_reserve, milliseconds{0}, percent(life, 75));
  auto earliest = first ? soonest : percent(life, 50);
  if (token.refresh_in) {
    const milliseconds wish = std::clamp(*token.refresh_in, seconds{0}, life_max);
    earliest = std::clamp(wish, std::min(soonest, latest), latest);
    latest = std::min(latest, earliest + percent(life, 25));
  }
  earliest = std::min(earliest, latest);
  return {token.issued + earliest, token.issued + latest};
}

refresh_window recovery_window_of(mono_time again, mono_time usable_until) {
  if (usable_until <= again)
    return {again, again + recovery_spread};
  const auto left = usable_until - again;
  return {again, usable_until - std::min<mono_time::duration>(recovery_reserve, left / 2)};
}

} // namespace postroom::provider
