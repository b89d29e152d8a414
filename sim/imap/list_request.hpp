#pragma once

#include "sim/imap/text.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::sim {

/// What LIST or LSUB asks for (RFC 3501 §6.3.8, RFC 5258, RFC 5819, RFC 6154).
struct list_request {
  static constexpr std::size_t patterns_max = 20;
  static constexpr std::size_t pattern_bytes_max = 1000; ///< of all together

  std::vector<std::string> patterns; ///< with the reference in front; an empty one asks for the separator
  bool only_subscribed = false;
  bool only_special = false;
  bool tells_subscribed = false;
  std::optional<std::string> status; ///< items for each folder
};
/// Nothing when it does not fit. `extended`: options are allowed.
[[nodiscard]] std::optional<list_request> parse_list_request(argument_reader& arguments, bool extended);

/// `*` stands for anything, `%` for anything within one level; INBOX in any case. Takes time with the product of both
/// lengths.
[[nodiscard]] bool list_matches(std::string_view pattern, std::string_view name);

} // namespace postroom::sim
