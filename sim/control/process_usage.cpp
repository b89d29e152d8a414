#include "sim/control/process_usage.hpp"

#include <fstream>
#include <sys/resource.h>
#include <unistd.h>

namespace postroom::sim {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

} // namespace

process_usage measure_process() {
  process_usage usage;
  rusage used{};
  if (::getrusage(RUSAGE_SELF, &used) == 0)
    usage.cpu_s = seconds(used.ru_utime) + seconds(used.ru_stime);
  std::ifstream pages{"/proc/self/statm"};
  std::uint64_t total = 0, resident = 0;
  if (const auto page_bytes = ::sysconf(_SC_PAGESIZE); pages >> total >> resident && page_bytes > 0)
    usage.resident_bytes = resident * static_cast<std::uint64_t>(page_bytes);
  return usage;
}

} // namespace postroom::sim
