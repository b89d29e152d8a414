#include "base/log.hpp"

#include "base/ascii.hpp"
#include "base/log_files.hpp"
#include "base/log_line.hpp"

#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdio>
#include <memory>
#include <shared_mutex>
#include <utility>
#include <vector>

namespace postroom::log {
namespace {

/// What exists between start() and stop().
struct running {
  const clock& time;
  log::format format;
  std::shared_ptr<spdlog::details::thread_pool> writer;
  std::shared_ptr<spdlog::async_logger> logger;
};

// The one global of the process: lines come from everywhere, and passing a logger through every constructor would say
// nothing.
std::atomic<level> lowest{level::warning};
std::atomic<std::uint64_t> dropped_before_stop{0};
std::shared_mutex current_mutex;
std::shared_ptr<const running> current;

std::shared_ptr<const running> get_current() {
  std::shared_lock lock{current_mutex};
  return current;
}

spdlog::level::level_enum to_spdlog(level of) {
  switch (of) {
  case level::debug:
    return spdlog::level::debug;
  case level::info:
    return spdlog::level::info;
  case level::warning:
    return spdlog::level::warn;
  case level::error:
    return spdlog::level::err;
  case level::off:
    break;
  }
  return spdlog::level::off;
}

result<void> add_files(std::vector<spdlog::sink_ptr>& sinks, const config& config, const clock& time) {
  std::error_code failed;
  std::filesystem::create_directories(config.directory, failed);
  const auto today = std::chrono::floor<std::chrono::days>(time.now());
  for (const auto& [stem, from] : {std::pair{"email-combined", level::debug}, std::pair{"email-error", level::error}}) {
    auto sink = std::make_shared<daily_file_sink>(config.directory, stem, config.kept_files);
    if (auto opened = sink->open(today); !opened)
      return opened.error();
    sink->set_level(to_spdlog(from));
    sinks.push_back(std::move(sink));
  }
  return {};
}

void write_before_start(level of, std::string_view event, fields values) {
  const auto line = format_text(system_clock{}.now(), of, event, values) + '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
}

} // namespace

std::string_view to_string(level of) noexcept {
  constexpr std::array<std::string_view, 5> names{"debug", "info", "warning", "error", "off"};
  return names[static_cast<std::size_t>(of)];
}

result<level> parse_level(std::string_view text) {
  const auto name = ascii_lower(text);
  for (const auto of : {level::debug, level::info, level::warning, level::error, level::off})
    if (name == to_string(of))
      return of;
  if (name == "warn")
    return level::warning;
  if (name == "critical")
    return level::error;
  return fail(errc::invalid_argument, "the log level is one of debug, info, warning, error, off");
}

result<format> parse_format(std::string_view text) {
  const auto name = ascii_lower(text);
  if (name == "json")
    return format::json;
  if (name == "text")
    return format::text;
  return fail(errc::invalid_argument, "the log format is json or text");
}

result<void> start(const config& config, const clock& time) {
  try {
    std::vector<spdlog::sink_ptr> sinks;
    if (config.to_stderr)
      sinks.push_back(std::make_shared<spdlog::sinks::stderr_sink_mt>());
    if (!config.directory.empty())
      if (auto added = add_files(sinks, config, time); !added)
        return added.error();
    for (auto& sink : sinks)
      sink->set_pattern("%v");
    auto writer = std::make_shared<spdlog::details::thread_pool>(std::max<std::size_t>(config.queue_lines, 1), 1);
    auto logger = std::make_shared<spdlog::async_logger>("postroom", sinks.begin(), sinks.end(), writer,
                                                         spdlog::async_overflow_policy::overrun_oldest);
    logger->set_level(spdlog::level::trace); // the level is ours to check
    logger->set_error_handler([](const std::string& what) { std::fprintf(stderr, "log: %s\n", what.c_str()); });
    std::unique_lock lock{current_mutex};
    if (current)
      return fail(errc::invalid_argument, "logging runs already");
    current = std::make_shared<const running>(running{time, config.format, std::move(writer), std::move(logger)});
    dropped_before_stop = 0;
    lowest = config.level;
    return {};
  } catch (const std::exception& e) {
    return fail(errc::internal, std::string{"logging cannot start: "} + e.what());
  }
}

void stop() noexcept {
  std::shared_ptr<const running> last;
  {
    std::unique_lock lock{current_mutex};
    last = std::exchange(current, nullptr);
  }
  if (!last)
    return;
  dropped_before_stop = last->writer->overrun_counter();
  lowest = std::max(lowest.load(), level::warning);
  // The pool's destructor writes what is queued. Another thread that is just logging may delay it by one line.
  last.reset();
}

void set_level(level of) noexcept {
  lowest = of;
}

level current_level() noexcept {
  return lowest;
}

bool enabled(level of) noexcept {
  return of >= lowest.load(std::memory_order_relaxed) && of != level::off;
}

std::uint64_t dropped_lines() noexcept {
  try {
    const auto now = get_current();
    return now ? now->writer->overrun_counter() : dropped_before_stop.load();
  } catch (...) {
    return 0; // a lock that cannot be taken is no reason to fail
  }
}

void write(level of, std::string_view event, fields values) noexcept {
  if (!enabled(of))
    return;
  try {
    const auto now = get_current();
    if (!now) {
      write_before_start(of, event, values);
      return;
    }
    const auto when = now->time.now();
    const auto line =
        now->format == format::json ? format_json(when, of, event, values) : format_text(when, of, event, values);
    now->logger->log(spdlog::log_clock::time_point{when.time_since_epoch()}, spdlog::source_loc{}, to_spdlog(of), line);
  } catch (...) {
    // Out of memory: the line is lost, the work goes on.
  }
}

} // namespace postroom::log
