#include "actors/sending/identity_limits.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace postroom::sending {
namespace {

using namespace std::chrono_literals;
using smtp::failure_class;

constexpr std::int64_t hour_ms = 60 * 60 * 1000;
/// Failures in a row before the breaker opens: one mailbox's bad luck must not stop the others of its delegate.
constexpr std::uint32_t failures_tolerated = 3;

/// How long the identity rests at first, and at most.
std::pair<std::chrono::milliseconds, std::chrono::milliseconds> rest_of(failure_class klass) {
  switch (klass) {
  case failure_class::throttled:
    return {1min, 10min};
  case failure_class::quota_exhausted:
    return {30min, 2h};
  case failure_class::auth_disabled:
    return {5min, 30min};
  default:
    return {15s, 10min};
  }
}

} // namespace

std::string identity_name(const tenant_id& tenant, std::string_view provider, std::string_view user) {
  return tenant.str() + "/" + std::string{provider} + "/" + ascii_lower(user);
}

bool identity_limits::take_connection() {
  if (rules_.connections != 0 && connections_ >= rules_.connections)
    return false;
  ++connections_;
  return true;
}

void identity_limits::return_connection() {
  connections_ -= std::min(connections_, 1u);
}

std::chrono::milliseconds identity_limits::take_message(mono_time now, std::chrono::milliseconds most) {
  if (rules_.messages_per_minute == 0)
    return {};
  const auto gap = std::chrono::duration_cast<mono_time::duration>(60s) / rules_.messages_per_minute;
  // A quarter of a minute's worth may go at once after a quiet time: answers to a customer do not wait for each other,
  // and no minute ever sees more than the limit and a quarter.
  const auto turn = std::max(next_message_ + gap, now - 15s);
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(std::max(turn - now, mono_time::duration{}));
  if (wait <= most)
    next_message_ = turn;
  return wait;
}

std::optional<refusal> identity_limits::refuse_recipients(std::size_t recipients, wall_time now) {
  if (rules_.recipients_per_day == 0)
    return {};
  const auto hour = to_ms(now) / hour_ms;
  by_hour_.erase(by_hour_.begin(), by_hour_.upper_bound(hour - 25));
  if (recipients + recipients_of_day(now) <= rules_.recipients_per_day)
    return {};
  // The oldest hour leaves the window next.
  const auto until = by_hour_.empty() ? hour + 24 : by_hour_.begin()->first + 25;
  return refusal{failure_class::quota_exhausted,
                 "the limit of " + std::to_string(rules_.recipients_per_day) +
                     " recipients in 24 hours is reached for this identity",
                 wall_time{std::chrono::milliseconds{until * hour_ms}}};
}

std::uint64_t identity_limits::recipients_of_day(wall_time now) const {
  std::uint64_t sum = 0;
  for (auto at = by_hour_.upper_bound(to_ms(now) / hour_ms - 25); at != by_hour_.end(); ++at)
    sum += at->second;
  return sum;
}

void identity_limits::served(std::size_t recipients, wall_time now) {
  if (rules_.recipients_per_day != 0)
    by_hour_[to_ms(now) / hour_ms] += static_cast<std::uint32_t>(recipients);
}

std::optional<refusal> identity_limits::blocked(wall_time now) const {
  return blocked_ && now < blocked_->until ? blocked_ : std::nullopt;
}

void identity_limits::report(std::optional<failure_class> failure, wall_time now, double chance) {
  if (!failure) {
    forgive();
    return;
  }
  ++failures_;
  const bool told_to_wait = *failure == failure_class::throttled || *failure == failure_class::quota_exhausted ||
                            *failure == failure_class::auth_disabled;
  if (!told_to_wait && failures_ < failures_tolerated)
    return;
  const auto [first, most] = rest_of(*failure);
  const auto doublings = std::min<std::uint32_t>(failures_ - (told_to_wait ? 1 : failures_tolerated), 16);
  const auto ceiling = std::min(most, first * (std::int64_t{1} << doublings));
  const auto rest =
      std::chrono::milliseconds{static_cast<std::int64_t>(static_cast<double>(ceiling.count()) * (0.5 + chance / 2))};
  blocked_ = refusal{*failure, "not tried: this identity failed before and rests", now + rest};
}

void identity_limits::forgive() {
  failures_ = 0;
  blocked_.reset();
}

} // namespace postroom::sending
