#pragma once

#include <cstdint>

namespace postroom::sim {

struct process_usage {
  double cpu_s = 0; ///< user and system, since the process began
  std::uint64_t resident_bytes = 0;
};

/// Of this process. Zero for what the system does not tell. Thread-safe.
[[nodiscard]] process_usage measure_process();

} // namespace postroom::sim
