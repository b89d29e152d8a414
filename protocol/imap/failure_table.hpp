#pragma once

#include "base/error.hpp"
#include "protocol/imap/response.hpp"
#include "protocol/knowledge/entry.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

/// What servers' failing answers mean. The only place where their words are matched (codes come first).
namespace postroom::imap {

/// Where in the conversation a failing answer came.
enum class failure_phase : std::uint8_t {
  login,   ///< the tagged answer to AUTHENTICATE
  command, ///< a tagged NO or BAD, or an untagged NO or BAD
  goodbye, ///< BYE, or a raw line
};

/// The known case that a failing answer is, with its code; null if it says no more than "this command failed". At login
/// and for BYE there is always one.
[[nodiscard]] const knowledge::entry* classify_failure(failure_phase phase, const status_response& answer) noexcept;

/// Likewise for a line that is no response: Exchange's front end hangs up that way. Null: not known.
[[nodiscard]] const knowledge::entry* classify_raw_line(std::string_view line) noexcept;

/// A case as an error: its code and key, with the server's words.
[[nodiscard]] error to_error(const knowledge::entry& known, std::string detail);

/// How long Exchange wants us to wait: `Request is throttled. Suggested Backoff Time: 92415 milliseconds`. At most a
/// day; nothing if the text does not say so.
[[nodiscard]] std::optional<std::chrono::milliseconds> suggested_backoff(std::string_view text);

} // namespace postroom::imap
