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

allowance identity_limits::served(std::uint32_t recipients, wall_time now) {
  if (rules_.recipients_per_day == 0)
    return {};
  const auto hour = to_ms(now) / hour_ms;
  by_hour_[hour] += recipients;
  return {hour, recipients};
}

void identity_limits::not_served(const allowance& unused) {
  const auto counted = by_hour_.find(unused.hour);
  if (counted == by_hour_.end())
    return;
  counted->second -= std::min(counted->second, unused.recipients);
  if (counted->second == 0) // an empty hour frees nothing when it leaves the window
    by_hour_.erase(counted);
}

std::optional<refusal> identity_limits::blocked(wall_time now) const {
  const refusal* longest = nullptr;
  for (const auto* each : {&logins_, &mails_})
    if (each->rest && now < each->rest->until && (!longest || longest->until < each->rest->until))
      longest = &*each->rest;
  return longest ? std::optional{*longest} : std::nullopt;
}

void identity_limits::report(const verdict& what, wall_time now, double chance) {
  if (!what.failure) {
    logins_ = {};
    if (what.mail_taken)
      mails_ = {};
    return;
  }
  const auto klass = *what.failure;
  const bool of_mails = klass == failure_class::throttled || klass == failure_class::quota_exhausted;
  auto& held = of_mails ? mails_ : logins_;
  ++held.failures;
  const bool told_to_wait = of_mails || klass == failure_class::auth_disabled;
  if (!told_to_wait && held.failures < failures_tolerated)
    return;
  const auto [first, most] = rest_of(klass);
  const auto doublings = std::min<std::uint32_t>(held.failures - (told_to_wait ? 1 : failures_tolerated), 16);
  const auto ceiling = std::min(most, first * (std::int64_t{1} << doublings));
  const auto rest =
      std::chrono::milliseconds{static_cast<std::int64_t>(static_cast<double>(ceiling.count()) * (0.5 + chance / 2))};
  const auto until = now + std::max(rest, what.not_before);
  if (!held.rest || held.rest->until < until) // an hour told before stands
    held.rest = refusal{klass, "not tried: this identity failed before and rests", until};
}

void identity_limits::forgive() {
  logins_ = mails_ = {};
}

} // namespace postroom::sending
