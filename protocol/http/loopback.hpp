#pragma once

#include "protocol/http/url.hpp"

#include <string_view>

/// The one rule for what may go without encryption: nothing that leaves this machine.
namespace postroom::http {

/// Whether a host, as url::host spells it, is this machine: `localhost` (RFC 6761 §6.3), 127.0.0.0/8 in four decimal
/// numbers, or `::1`. Other spellings of these addresses are not taken.
[[nodiscard]] bool is_loopback(std::string_view host) noexcept;

/// Whether secrets may be sent there: https, or http to this machine, which is for simulators and local tools.
[[nodiscard]] bool may_carry_secrets(const url& to) noexcept;

} // namespace postroom::http
