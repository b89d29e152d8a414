#pragma once

#include "protocol/smtp/failure_table.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace postroom::outbox {

/// Past this age a mail is given up whatever the reason (RFC 5321 §4.5.4.1 asks for at least 4–5 days).
inline constexpr std::chrono::hours age_max{24 * 7};

/// What has gone on so far.
struct failing {
  smtp::failure_class klass{};
  std::uint32_t times = 1;           ///< attempts that failed, this one included
  std::chrono::milliseconds since{}; ///< how long it has been failing for this class of reason
  std::chrono::milliseconds age{};   ///< since the mail was handed in
};

/// How long to wait before the next attempt: exponential with jitter, by class of answer; nothing: give the mail up.
/// `chance` in [0,1).
[[nodiscard]] std::optional<std::chrono::milliseconds> next_attempt(const failing& what, double chance) noexcept;

} // namespace postroom::outbox
