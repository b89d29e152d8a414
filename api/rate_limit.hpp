#pragma once

#include "base/clock.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

namespace postroom::api {

/// So many requests a minute in the long run, and so many at once after a pause.
struct request_rate {
  double per_minute = 0;
  double burst = 0;
};

/// Slows callers down whom nobody has authenticated: one token bucket for each address and one for all of them. The
/// table is bounded: whoever was seen longest ago is forgotten first, and the bucket for all bounds what is gained by
/// being forgotten. Thread-safe.
class rate_limiter {
public:
  struct settings {
    /// A sign-in takes three requests; people try again.
    request_rate each{30, 10};
    /// More than a company's people sign in at once; far less than what would slow the gateway down.
    request_rate all{600, 200};
    /// About 100 bytes each.
    std::size_t addresses_max = 4096;
  };
  rate_limiter() : rate_limiter(settings{}) {}
  explicit rate_limiter(const settings& limits);
  rate_limiter(const rate_limiter&) = delete;
  rate_limiter& operator=(const rate_limiter&) = delete;

  /// Takes a token of each bucket. Nothing: go on; else how long to wait, and nothing was taken. `from`: an IPv6
  /// address stands for its /64, which one household has; without an address only the bucket for all counts.
  [[nodiscard]] std::optional<std::chrono::seconds> refused(const std::optional<boost::asio::ip::address>& from,
                                                            mono_time now);
  [[nodiscard]] std::size_t addresses() const;

private:
  struct bucket {
    std::string key;
    double tokens = 0;
    mono_time at{};
  };
  bucket& bucket_of(const boost::asio::ip::address& from, mono_time now);

  settings limits_;
  mutable std::mutex mutex_;
  std::optional<bucket> all_;
  std::list<bucket> buckets_; ///< the latest first
  std::unordered_map<std::string, std::list<bucket>::iterator> by_key_;
};

} // namespace postroom::api
