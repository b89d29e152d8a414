#pragma once

#include "base/clock.hpp"

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace prometheus {
template <class T>
class Family;
class Gauge;
} // namespace prometheus

namespace postroom::metrics {

/// When each provider's secret expires: the one metric with a series for each object, since an alert must name it.
/// There are few providers; those above the limit are left out and counted, and come in when others go. Thread-safe.
class secret_expiry_gauges {
public:
  static constexpr std::size_t series_max = 500;

  secret_expiry_gauges(prometheus::Family<prometheus::Gauge>& of, prometheus::Gauge& left_out)
      : family_(of), left_out_(left_out) {}

  void set(const std::string& tenant, const std::string& provider, wall_time expires);
  void remove(const std::string& tenant, const std::string& provider);

private:
  using key = std::pair<std::string, std::string>;
  struct held {
    wall_time expires{};
    prometheus::Gauge* shown = nullptr; ///< null: left out
  };
  void show(const key& whose, held& what);

  prometheus::Family<prometheus::Gauge>& family_;
  prometheus::Gauge& left_out_;
  std::mutex mutex_;
  std::map<key, held> all_;
  std::size_t shown_ = 0;
};

} // namespace postroom::metrics
