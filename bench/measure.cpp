#include "bench/measure.hpp"

#include "tests/support/process.hpp"

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <unistd.h>

namespace postroom::bench {
namespace {

volatile std::sig_atomic_t signalled = 0;

std::string proc_file(pid_t pid, const char* name) {
  auto text = test::read_file("/proc/" + std::to_string(pid) + "/" + name);
  if (text.empty())
    throw std::runtime_error("process " + std::to_string(pid) + " has ended");
  return text;
}

} // namespace

double cpu_seconds(pid_t pid) {
  const auto text = proc_file(pid, "stat");
  // The name in parentheses may hold anything; utime and stime are the 12th and 13th fields after it.
  std::istringstream fields{text.substr(text.rfind(')') + 2)};
  std::string skipped;
  for (int i = 0; i < 11; ++i)
    fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double status_kib(pid_t pid, std::string_view name) {
  const auto text = proc_file(pid, "status");
  const auto at = text.find("\n" + std::string{name} + ":");
  if (at == std::string::npos)
    throw std::runtime_error("no " + std::string{name} + " of process " + std::to_string(pid));
  return std::strtod(text.c_str() + at + name.size() + 2, nullptr);
}

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

double percentile(std::vector<double> values, double percent) {
  std::ranges::sort(values);
  const auto rank = std::ceil(percent / 100 * static_cast<double>(values.size()));
  return values[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

void end_orderly_on_signals() {
  for (const int number : {SIGINT, SIGTERM})
    std::signal(number, [](int n) { signalled = n; });
  std::signal(SIGPIPE, SIG_IGN);
}

void check_interrupted() {
  if (signalled)
    throw std::runtime_error("interrupted");
}

void await(const std::string& what, const std::function<bool()>& condition, std::chrono::seconds deadline) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!condition()) {
    check_interrupted();
    if (std::chrono::steady_clock::now() >= end)
      throw std::runtime_error(what + " took longer than " + std::to_string(deadline.count()) + " s");
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
}

void rest(std::chrono::milliseconds time) {
  const auto end = std::chrono::steady_clock::now() + time;
  while (true) {
    check_interrupted();
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0)
      return;
    std::this_thread::sleep_for(std::min(left, std::chrono::milliseconds{200}));
  }
}

int run_benchmark(const char* name, const std::function<void()>& benchmark) {
  end_orderly_on_signals();
  try {
    benchmark();
    return 0;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s: %s\n", name, e.what());
    return 1;
  }
}

void print_figures(const std::vector<std::pair<std::string, double>>& figures) {
  std::string line;
  for (const auto& [name, value] : figures) {
    char text[64];
    std::snprintf(text, sizeof text, "%.6g", value);
    line += (line.empty() ? "{\"" : ", \"") + name + "\": " + text;
  }
  std::printf("%s}\n", line.c_str());
}

void say(const std::string& progress) {
  std::fprintf(stderr, "  %s\n", progress.c_str());
}

} // namespace postroom::bench
