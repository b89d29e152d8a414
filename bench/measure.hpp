#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

/// What every whole-system benchmark needs to measure and to wait. Whatever goes wrong is a std::runtime_error with a
/// sentence, because a benchmark that goes on after a mishap reports a number that means nothing.
namespace postroom::bench {

/// User and system time of all threads of a process so far, by the kernel's clock of 10 ms ticks.
[[nodiscard]] double cpu_seconds(pid_t pid);
/// A line of /proc/PID/status in KiB: "VmRSS", "VmHWM".
[[nodiscard]] double status_kib(pid_t pid, std::string_view name);

/// The monotonic clock, as bare/watch prints it.
[[nodiscard]] std::int64_t now_ns();

/// The smallest value that is not exceeded by `percent` of them; `values` must not be empty.
[[nodiscard]] double percentile(std::vector<double> values, double percent);

/// SIGINT and SIGTERM make the next wait throw, so that children and temporary directories go, too.
void end_orderly_on_signals();
/// Throws when a signal asked us to end.
void check_interrupted();

/// Until `condition` holds; throws "<what> took longer than …" when the deadline passes.
void await(const std::string& what, const std::function<bool()>& condition, std::chrono::seconds deadline);
/// Lets time pass.
void rest(std::chrono::milliseconds time);

/// Runs `benchmark` between the handling of signals and of errors; the exit status of the program.
[[nodiscard]] int run_benchmark(const char* name, const std::function<void()>& benchmark);

/// Prints the one line of JSON on stdout that run.py reads.
void print_figures(const std::vector<std::pair<std::string, double>>& figures);
/// Tells on stderr how far things are.
void say(const std::string& progress);

} // namespace postroom::bench
