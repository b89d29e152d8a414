#pragma once

#include "sim/identity/token_call.hpp"

#include <boost/json/object.hpp>

/// One function a grant of Entra's token endpoint: the answer's body, or why there is none. The client has proved who
/// it is.
namespace postroom::sim {

/// RFC 6749 §4.1.3 with PKCE (RFC 7636 §4.6). The code is used up only by success.
[[nodiscard]] outcome<boost::json::object> redeem_code(const token_call& call);
/// RFC 6749 §6. A new refresh token each time; the old one stays valid.
[[nodiscard]] outcome<boost::json::object> refresh(const token_call& call);
/// RFC 8628 §3.4.
[[nodiscard]] outcome<boost::json::object> redeem_device_code(const token_call& call);
/// RFC 6749 §4.4, with `<resource>/.default` for scope. Roles are in the token only when an administrator granted them.
[[nodiscard]] outcome<boost::json::object> grant_to_client(const token_call& call);

} // namespace postroom::sim
