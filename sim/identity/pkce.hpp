#pragma once

#include "sim/identity/authorizations.hpp"

#include <string_view>

namespace postroom::sim {

enum class pkce_state : std::uint8_t { good, missing, mismatch };
/// RFC 7636 §4.6, `S256` and `plain`. A verifier that nobody asked for is a mismatch (RFC 9700 §4.8.2). Pure.
[[nodiscard]] pkce_state check_pkce(const authorization& from, std::string_view verifier);

} // namespace postroom::sim
