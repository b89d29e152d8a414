#pragma once

#include "metrics/probes.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace postroom::metrics {

/// Owns every metric of the process; made once by the wiring and outlives all who hold probes. Thread-safe.
/// The names, types and help texts are part of the interface to operators: tests/golden/metrics.txt lists them.
class registry {
public:
  explicit registry(std::string_view version);
  ~registry();
  registry(const registry&) = delete;
  registry& operator=(const registry&) = delete;

  [[nodiscard]] metrics::probes& probes() noexcept;

  /// Called at each exposition for the number of log lines given up so far. Set before the first expose(); must stay
  /// callable as long as the registry lives.
  void count_dropped_log_lines(std::function<std::uint64_t()> source);

  /// Prometheus text format 0.0.4, families in the order of their names. Content type:
  /// `text/plain; version=0.0.4; charset=utf-8`.
  [[nodiscard]] std::string expose();

private:
  struct families;
  std::unique_ptr<families> families_;
};

} // namespace postroom::metrics
