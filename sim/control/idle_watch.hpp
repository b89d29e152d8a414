#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

namespace postroom::sim {

/// Which mailboxes have nobody in IDLE, and for how long: what shows whether a gateway is ever out of step. Some
/// hundred octets for each mailbox. Not thread-safe.
class idle_watch {
public:
  /// Only those are watched. Any case; twice is once.
  void add(std::string_view address);
  /// A session in this mailbox begins or ends an IDLE. Others than those watched are ignored.
  void begin(std::string_view address, mono_time now);
  void end(std::string_view address, mono_time now);

  /// Mailboxes without a session in IDLE.
  [[nodiscard]] std::size_t not_idle() const noexcept { return not_idle_; }
  /// The longest time that a mailbox has been without since its first IDLE and the last reset; those that are without
  /// now count up to `now`.
  [[nodiscard]] std::chrono::nanoseconds longest(mono_time now) const;
  void reset(mono_time now);

private:
  struct state {
    std::uint32_t idling = 0; ///< sessions
    bool ever = false;
    mono_time left{}; ///< when the last session ended its IDLE
  };
  [[nodiscard]] state* find(std::string_view address);

  std::unordered_map<std::string, state> mailboxes_; ///< by lower-case address
  std::size_t not_idle_ = 0;
  std::chrono::nanoseconds longest_{0};
};

} // namespace postroom::sim
