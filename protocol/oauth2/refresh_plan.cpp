#include "protocol/oauth2/refresh_plan.hpp"

#include <algorithm>
#include <cmath>

namespace postroom::oauth2 {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr milliseconds app_probe_every = 5min;
constexpr milliseconds user_probe_every = 6h;
constexpr milliseconds policy_probe_every = 1h;
constexpr milliseconds false_alarm_after = 5s;
constexpr milliseconds backoff_max = 5min;
constexpr milliseconds backoff_first = 1s;
constexpr milliseconds backoff_min = 250ms; // full jitter may draw zero

/// Within [0, 1), also for what is no number.
double bounded(double jitter) {
  return jitter >= 0.0 && jitter < 1.0 ? jitter : 0.5;
}

milliseconds backoff(unsigned failures, double jitter) {
  // 1 s·2⁹ is past the maximum already.
  const auto doublings = std::clamp(failures, 1U, 10U) - 1;
  const auto span = std::min(backoff_first * (1 << doublings), backoff_max);
  const milliseconds drawn{static_cast<milliseconds::rep>(static_cast<double>(span.count()) * bounded(jitter))};
  return std::max(drawn, backoff_min);
}

} // namespace

std::optional<milliseconds> retry_delay(const token_failure& failure, unsigned failures, double jitter) noexcept {
  const milliseconds at_least = failure.retry_after.value_or(0s);
  if (failure.retry == retry::once && failures <= 1)
    return std::max(at_least, false_alarm_after);
  switch (failure.kind) {
  case failure_class::app_broken:
    return std::max(at_least, app_probe_every);
  case failure_class::grant_dead:
    return std::nullopt;
  case failure_class::user_must_act:
    return std::max(at_least, user_probe_every);
  case failure_class::policy:
    return failure.retry == retry::never ? std::nullopt : std::optional{std::max(at_least, policy_probe_every)};
  case failure_class::transient:
    break;
  }
  // The server's word is a lower bound for many at once: spread them behind it, not on it.
  return at_least + backoff(failures, jitter);
}

} // namespace postroom::oauth2
