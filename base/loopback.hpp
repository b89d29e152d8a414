#pragma once

#include <string_view>

/// The one rule for what may go without encryption: nothing that leaves this machine.
namespace postroom {

/// Whether a host is this machine: `localhost` (RFC 6761 §6.3), 127.0.0.0/8 in four decimal numbers, or `::1`, with or
/// without the brackets that it wears in a URL. Other spellings of these addresses are not taken.
[[nodiscard]] bool is_loopback_host(std::string_view host) noexcept;

} // namespace postroom
