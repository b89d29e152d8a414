#pragma once

#include "protocol/http/url.hpp"

namespace postroom::http {

/// Whether secrets may be sent there: https, or http to this machine, which is for simulators and local tools.
[[nodiscard]] bool may_carry_secrets(const url& to) noexcept;

} // namespace postroom::http
