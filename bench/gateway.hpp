#pragma once

#include "bench/measure.hpp"
#include "tests/support/process.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace postroom::bench {

/// Where a gateway answers, and the token that opens it.
struct api_endpoint {
  std::uint16_t port = 0;
  std::string token;
};

/// The program as an operator runs it, `postroom serve`, in a process of its own that ends with this object. Members
/// throw when the process has ended.
class gateway {
public:
  /// Returns as soon as the process runs. `directory` gets its data, its output and the ready file.
  gateway(const std::filesystem::path& program, const std::filesystem::path& directory, const std::string& config);

  /// Returns when all its mailboxes are in step.
  void await_ready(std::chrono::seconds deadline);
  [[nodiscard]] const api_endpoint& api() const { return api_; } ///< after await_ready()

  [[nodiscard]] double cpu_seconds() const { return bench::cpu_seconds(process_->pid()); }
  [[nodiscard]] double resident_kib() const { return status_kib(process_->pid(), "VmRSS"); }
  [[nodiscard]] double peak_kib() const { return status_kib(process_->pid(), "VmHWM"); }
  /// SIGTERM; throws unless it ends orderly.
  void stop();

private:
  [[nodiscard]] std::string last_words() const;

  std::filesystem::path ready_file_;
  std::unique_ptr<test::process> process_;
  api_endpoint api_;
};

} // namespace postroom::bench
