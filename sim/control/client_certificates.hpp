#pragma once

#include "base/result.hpp"
#include "sim/identity/registry.hpp"

#include <string_view>

namespace postroom::sim {

/// A certificate in PEM, as people upload it to an app registration: its thumbprints, public key and end.
/// `invalid_argument` for what is none, or whose key is not RSA.
[[nodiscard]] result<client_certificate> read_client_certificate(std::string_view pem);

} // namespace postroom::sim
