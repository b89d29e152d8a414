#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

/// Structured logging: a stable event name and key=value fields, one line each.
///
///     log::info("mailbox.connected", {{"account", id.str()}, {"host", host}, {"port", port}});
///
/// Any thread may log; a call formats the line and hands it to one writer thread through a bounded queue. When the
/// queue is full the oldest line is given up and counted: logging never blocks and never throws. Control characters
/// and broken UTF-8 in values are escaped, so that a server's words cannot forge lines; long values are cut.
/// Secrets are not accepted: there is no field constructor for `secret<>`.
namespace postroom {
template <class T>
class secret;
}

namespace postroom::log {

enum class level : std::uint8_t { debug, info, warning, error, off };

/// `debug`, `info`, `warning`, `error`, `off`.
[[nodiscard]] std::string_view to_string(level of) noexcept;
/// Any case; `warn` and `critical` are understood, too. `invalid_argument` for anything else.
[[nodiscard]] result<level> parse_level(std::string_view text);

enum class format : std::uint8_t { json, text };
/// `json` or `text`.
[[nodiscard]] result<format> parse_format(std::string_view text);

/// Bytes of one value that are kept, of one line as a whole, and fields of one line.
inline constexpr std::size_t value_bytes_max = 2048;
inline constexpr std::size_t line_bytes_max = 16 * 1024;
inline constexpr std::size_t fields_max = 32;

/// One key and its value. Holds views: build it in the call only.
class field {
public:
  field(std::string_view key, std::string_view value) : key_(key), value_(value) {}
  field(std::string_view key, const char* value) : key_(key), value_(std::string_view{value ? value : ""}) {}
  field(std::string_view key, const std::string& value) : key_(key), value_(std::string_view{value}) {}
  template <std::same_as<bool> Bool>
  field(std::string_view key, Bool value) : key_(key), value_(value) {}
  template <std::integral Int>
    requires(!std::same_as<Int, bool> && !std::same_as<Int, char>)
  field(std::string_view key, Int value) : key_(key), value_(widen(value)) {}
  template <class T>
  field(std::string_view key, const secret<T>& value) = delete;

  [[nodiscard]] std::string_view key() const noexcept { return key_; }
  [[nodiscard]] const auto& value() const noexcept { return value_; }

private:
  template <class Int>
  static auto widen(Int value) {
    if constexpr (std::is_signed_v<Int>)
      return static_cast<std::int64_t>(value);
    else
      return static_cast<std::uint64_t>(value);
  }

  std::string_view key_;
  std::variant<std::string_view, bool, std::int64_t, std::uint64_t> value_;
};

using fields = std::initializer_list<field>;

struct config {
  log::level level = log::level::info;
  log::format format = log::format::json;
  bool to_stderr = true;
  /// When not empty: daily files `email-combined.YYYY-MM-DD.log` (everything) and `email-error.YYYY-MM-DD.log` (level
  /// error) are written there; the day is that of the line's UTC time.
  std::filesystem::path directory;
  /// Files kept of each kind; older ones of exactly these names are removed when a new day begins.
  std::size_t kept_files = 30;
  /// Lines that may wait for the writer: about a second of the worst storm.
  std::size_t queue_lines = 4096;
};

/// Starts logging for the process; `time` must outlive stop(). `invalid_argument` when it runs already or the directory
/// cannot be written to. Before start() and after stop(), warnings and errors go straight to stderr as text.
[[nodiscard]] result<void> start(const config& config, const clock& time);
/// Writes what is queued, then closes. Safe to call twice.
void stop() noexcept;

/// Takes effect at once for all threads.
void set_level(level lowest) noexcept;
[[nodiscard]] level current_level() noexcept;
/// Whether a line of this level would be written; for fields that are costly to make.
[[nodiscard]] bool enabled(level of) noexcept;
/// Lines given up since start() because the queue was full.
[[nodiscard]] std::uint64_t dropped_lines() noexcept;

/// `event` is `area.what_happened`, a literal, stable for ever: operators filter by it.
void write(level of, std::string_view event, fields values) noexcept;

inline void debug(std::string_view event, fields values = {}) noexcept {
  write(level::debug, event, values);
}
inline void info(std::string_view event, fields values = {}) noexcept {
  write(level::info, event, values);
}
inline void warning(std::string_view event, fields values = {}) noexcept {
  write(level::warning, event, values);
}
inline void error(std::string_view event, fields values = {}) noexcept {
  write(level::error, event, values);
}

} // namespace postroom::log
