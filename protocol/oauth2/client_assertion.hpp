#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include <string>
#include <string_view>

namespace postroom::oauth2 {

/// A signed client assertion (RFC 7523 §3) as Entra wants it: PS256, `x5t#S256`, ten minutes of life. `audience` is the
/// token endpoint. `invalid_argument` when certificate or key are not PEM or do not belong to each other.
[[nodiscard]] result<secret<>> make_client_assertion(std::string_view client_id, std::string_view audience,
                                                     std::string_view certificate_pem, const secret<>& private_key_pem,
                                                     wall_time now, std::string_view jti);

} // namespace postroom::oauth2
