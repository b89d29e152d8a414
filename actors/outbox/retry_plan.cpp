#include "actors/outbox/retry_plan.hpp"

#include <algorithm>

namespace postroom::outbox {
namespace {

using namespace std::chrono_literals;
using smtp::failure_class;

struct rule {
  std::chrono::milliseconds first;
  std::chrono::milliseconds most;
  std::chrono::milliseconds horizon;
};

constexpr std::chrono::hours days(int n) {
  return std::chrono::hours{24 * n};
}

/// Nothing: trying again cannot help.
constexpr std::optional<rule> rule_of(failure_class klass) {
  switch (klass) {
  case failure_class::server_unavailable:
  case failure_class::auth_unavailable:
    return rule{15s, 15min, days(5)};
  case failure_class::throttled:
    return rule{1min, 10min, days(5)};
  case failure_class::quota_exhausted:
    return rule{30min, 2h, days(5)};
  // Somebody has to act; a new sign-in tries at once.
  case failure_class::auth_rejected:
    return rule{1min, 30min, days(5)};
  case failure_class::auth_disabled:
    return rule{10min, 1h, days(5)};
  // Exchange takes up to an hour until a right just given is known everywhere.
  case failure_class::sender_denied:
    return rule{5min, 1h, days(1)};
  case failure_class::recipient_deferred:
  case failure_class::message_deferred:
    return rule{1min, 1h, days(2)};
  case failure_class::protocol:
    return rule{1min, 1h, days(1)};
  case failure_class::recipient_rejected:
  case failure_class::message_rejected:
  case failure_class::too_large:
  case failure_class::not_supported:
    break;
  }
  return {};
}

} // namespace

std::optional<std::chrono::milliseconds> next_attempt(const failing& what, double chance) noexcept {
  const auto by = rule_of(what.klass);
  if (!by || what.since >= by->horizon || what.age >= age_max)
    return {};
  const auto doublings = std::min<std::uint32_t>(what.times - 1, 20);
  const auto ceiling = std::min(by->most, by->first * (std::int64_t{1} << doublings));
  // Between half and all of it: mails that failed together do not come back together, and none comes back at once.
  return std::chrono::milliseconds{
      static_cast<std::int64_t>(static_cast<double>(ceiling.count()) * (0.5 + chance / 2))};
}

} // namespace postroom::outbox
