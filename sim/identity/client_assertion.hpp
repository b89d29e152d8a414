#pragma once

#include "base/clock.hpp"
#include "sim/identity/registry.hpp"
#include "sim/identity/replies.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace postroom::sim {

inline constexpr std::string_view assertion_type_jwt = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A client that proves who it is with a certificate (RFC 7523 §3, `private_key_jwt`): PS256 or RS256, `x5t#S256` or
/// `x5t`, `aud` one of `audiences`, `iss` and `sub` the client id, a `jti`, and a life of ten minutes at most. Like
/// Entra, it takes the same assertion again while it is valid. Clocks may differ by five minutes. Why it is refused;
/// nothing: it is good. Pure.
[[nodiscard]] std::optional<denial> check_assertion(std::string_view assertion, const application& client,
                                                    std::span<const std::string> audiences, wall_time now);

} // namespace postroom::sim
