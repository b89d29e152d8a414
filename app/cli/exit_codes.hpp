#pragma once

#include "base/error.hpp"

#include <optional>
#include <string_view>

namespace postroom::app::cli {

/// How a command ended, for scripts. Part of the interface: never renumbered.
enum class exit_code : int {
  done = 0,
  failed = 1,      ///< anything else that went wrong
  wrong_usage = 2, ///< arguments, configuration or a value that the gateway does not accept
  not_found = 3,
  refused = 4,       ///< no valid token, or one that may not do this
  conflict = 5,      ///< it exists already, is in use, or was changed in between
  not_reachable = 6, ///< no gateway there, or one that is not ready
  temporary = 7,     ///< busy, a deadline passed: the same again may succeed
};

[[nodiscard]] exit_code exit_code_of(errc code) noexcept;
/// Of an answer that is not 2xx. `code`: that of its problem document; empty when it has none (a proxy's answer).
[[nodiscard]] exit_code exit_code_of(unsigned status, std::string_view code) noexcept;
/// The code with that stable name.
[[nodiscard]] std::optional<errc> code_named(std::string_view name) noexcept;

/// For `--help`.
inline constexpr std::string_view exit_codes_help =
    "Exit status: 0 done, 1 failed (the reason is on stderr), 2 wrong arguments, configuration or value, 3 not found,\n"
    "4 refused (no valid token, or one that may not do this), 5 conflict (exists, in use, or changed in between),\n"
    "6 gateway not reachable or not ready, 7 temporary (busy or too slow: try again).";

} // namespace postroom::app::cli
