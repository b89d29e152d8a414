#pragma once

#include "base/result.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

/// Child processes, temporary directories, ports and waiting, for tests that run real servers and clients.
namespace postroom::test {

using namespace std::chrono_literals;

/// A new directory under /tmp with a short name (socket paths end at 107 bytes), readable by all (servers drop their
/// rights), removed with everything in it on destruction unless POSTROOM_KEEP_TEMP is set in the environment.
class temp_directory {
public:
  temp_directory();
  temp_directory(const temp_directory&) = delete;
  temp_directory& operator=(const temp_directory&) = delete;
  ~temp_directory();
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
  std::filesystem::path path_;
};

/// Replaces the file. Throws std::runtime_error when it cannot: a broken test machine.
void write_file(const std::filesystem::path& path, std::string_view content);
/// Empty when the file does not exist.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

/// A TCP port of 127.0.0.1 that is free now, outside the range the kernel hands out for outgoing connections, and
/// not given twice to one process; different processes start at different places.
[[nodiscard]] std::uint16_t free_port();
/// Whether somebody accepts connections on 127.0.0.1.
[[nodiscard]] bool accepts_connections(std::uint16_t port);

/// Asks every 10 ms; whether `condition` came true before the deadline.
[[nodiscard]] bool wait_until(const std::function<bool()>& condition, std::chrono::milliseconds deadline = 10s);

struct spawn_options {
  /// Added to the environment, `NAME=value`.
  std::vector<std::string> environment;
  std::filesystem::path working_directory;
  /// Where stdout and stderr go; empty: /dev/null.
  std::filesystem::path output_file;
  /// What stdin reads; empty: /dev/null.
  std::filesystem::path input_file;
};

/// A program running in its own process group, so that kill() reaches what it started, too. It is told to end when
/// the thread that spawned it ends. Destruction kills it.
class process {
public:
  /// `arguments[0]` is looked up in PATH. `not_found` when there is no such program.
  [[nodiscard]] static result<std::unique_ptr<process>> spawn(const std::vector<std::string>& arguments,
                                                              const spawn_options& options = {});
  process(const process&) = delete;
  process& operator=(const process&) = delete;
  ~process();

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  [[nodiscard]] bool running();
  /// The exit status, or 128 + signal number as shells say it; nothing when the deadline passes.
  [[nodiscard]] std::optional<int> wait(std::chrono::milliseconds deadline);
  /// Sends a signal to the program alone.
  void signal(int number);
  /// SIGTERM, then, after the deadline, SIGKILL to all of its group. The exit status as in wait().
  int stop(std::chrono::milliseconds deadline = 5s);
  /// SIGKILL to the whole group, and waits for the end of all of it: then its ports are free.
  void kill();
  /// What it has written so far to `output_file`.
  [[nodiscard]] std::string output() const { return read_file(output_file_); }
  /// Resident memory in bytes; 0 when it has ended.
  [[nodiscard]] std::uint64_t resident_bytes() const;

private:
  process(pid_t pid, std::filesystem::path output_file) : pid_(pid), output_file_(std::move(output_file)) {}

  pid_t pid_;
  std::filesystem::path output_file_;
  std::optional<int> status_;
};

struct run_outcome {
  int status = 0;
  std::string output; ///< stdout and stderr together
};

/// Runs to the end. `timeout` when the deadline passes (the program is killed), `not_found` as in spawn().
[[nodiscard]] result<run_outcome> run(const std::vector<std::string>& arguments, std::string_view input = {},
                                      std::chrono::milliseconds deadline = 30s);

} // namespace postroom::test
