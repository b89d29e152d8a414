#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::sim {

/// One address as ENVELOPE tells it (RFC 3501 §7.4.2). Without a host it begins a group named by `mailbox`; without
/// both it ends one.
struct envelope_address {
  std::optional<std::string> name; ///< as written, unquoted
  std::optional<std::string> route;
  std::optional<std::string> mailbox;
  std::optional<std::string> host;
};

/// Reads an address list (RFC 5322 §3.4, with the routes of §4.4 and names in comments). What cannot be read becomes an
/// address without a host's name (`MISSING_DOMAIN`) or a mailbox's (`MISSING_MAILBOX`). At most `addresses_max`.
[[nodiscard]] std::vector<envelope_address> parse_address_list(std::string_view text, std::size_t addresses_max);

} // namespace postroom::sim
