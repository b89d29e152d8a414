#pragma once

#include "protocol/oauth2/token_request.hpp"

#include <string_view>

namespace postroom::oauth2 {

/// Asks the platform to forget a refresh token (RFC 7009). Errors as make_request().
[[nodiscard]] result<http_request> make_revocation(std::string_view endpoint, const client_identity& who,
                                                   const secret<>& refresh_token, std::string_view request_id);

} // namespace postroom::oauth2
