#include "api/rate_limit.hpp"

#include <algorithm>
#include <cmath>

namespace postroom::api {
namespace {

namespace ip = boost::asio::ip;

/// What one household or company has of the addresses.
constexpr std::size_t ipv6_network_bytes = 8;

std::string key_of(const ip::address& of) {
  if (of.is_v6() && !of.to_v6().is_v4_mapped()) {
    const auto bytes = of.to_v6().to_bytes();
    return {bytes.begin(), bytes.begin() + ipv6_network_bytes};
  }
  const auto bytes = (of.is_v4() ? of.to_v4() : ip::make_address_v4(ip::v4_mapped, of.to_v6())).to_bytes();
  return {bytes.begin(), bytes.end()};
}

/// What has flowed in since; a clock that went back brings nothing.
double filled(double tokens, std::chrono::duration<double, std::ratio<60>> since, const request_rate& at) {
  return std::min(at.burst, tokens + std::max(since.count(), 0.0) * at.per_minute);
}

std::chrono::seconds wait_for_one(double tokens, const request_rate& at) {
  return std::chrono::seconds{static_cast<std::int64_t>(std::ceil((1 - tokens) * 60 / at.per_minute))};
}

} // namespace

rate_limiter::rate_limiter(const settings& limits) : limits_(limits) {
}

rate_limiter::bucket& rate_limiter::bucket_of(const ip::address& from, mono_time now) {
  auto key = key_of(from);
  if (const auto known = by_key_.find(key); known != by_key_.end()) {
    buckets_.splice(buckets_.begin(), buckets_, known->second);
    return buckets_.front();
  }
  if (buckets_.size() >= limits_.addresses_max) {
    by_key_.erase(buckets_.back().key);
    buckets_.pop_back();
  }
  buckets_.push_front({key, limits_.each.burst, now});
  by_key_.emplace(std::move(key), buckets_.begin());
  return buckets_.front();
}

std::optional<std::chrono::seconds> rate_limiter::refused(const std::optional<ip::address>& from, mono_time now) {
  const std::lock_guard lock{mutex_};
  if (!all_)
    all_ = bucket{{}, limits_.all.burst, now};
  all_->tokens = filled(all_->tokens, now - all_->at, limits_.all);
  all_->at = now;
  bucket* own = from ? &bucket_of(*from, now) : nullptr;
  if (own) {
    own->tokens = filled(own->tokens, now - own->at, limits_.each);
    own->at = now;
    if (own->tokens < 1)
      return wait_for_one(own->tokens, limits_.each);
  }
  if (all_->tokens < 1)
    return wait_for_one(all_->tokens, limits_.all);
  all_->tokens -= 1;
  if (own)
    own->tokens -= 1;
  return {};
}

std::size_t rate_limiter::addresses() const {
  const std::lock_guard lock{mutex_};
  return buckets_.size();
}

} // namespace postroom::api
