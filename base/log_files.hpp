#pragma once

#include "base/result.hpp"

#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

/// Part of base/log: files by day. Only log.cpp includes this.
namespace postroom::log {

/// Writes lines to `<directory>/<stem>.YYYY-MM-DD.log` by the UTC day of each line's time, and keeps the newest
/// `kept` files of that stem. Each line is in the kernel before the next is taken, so that a crash of the process loses
/// none that was written. Used by the writer thread only.
class daily_file_sink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
public:
  daily_file_sink(std::filesystem::path directory, std::string stem, std::size_t kept);

  /// Opens the file of `when`, so that a directory that cannot be written to is found at start.
  [[nodiscard]] result<void> open(std::chrono::sys_days day);

protected:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override {}

private:
  void remove_old() const;

  struct close_file {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  std::filesystem::path directory_;
  std::string stem_;
  std::size_t kept_;
  std::chrono::sys_days day_{};
  std::unique_ptr<std::FILE, close_file> file_;
};

} // namespace postroom::log
