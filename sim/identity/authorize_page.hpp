#pragma once

#include "sim/identity/page_context.hpp"

/// `/{tenant}/oauth2/v2.0/authorize`, and Google's `/o/oauth2/v2/auth`: from the client's request to a code.
namespace postroom::sim {

/// A GET. `tenant` is empty at Google.
[[nodiscard]] http_response start_authorize(page_context& context, face look, const std::string& tenant);
/// The next page, or the answer to the client.
[[nodiscard]] http_response go_on_authorize(page_context& context, half_sign_in& flow);
/// What was posted at the steps of consent; identification's have been taken.
[[nodiscard]] http_response take_authorize(page_context& context, half_sign_in& flow);

} // namespace postroom::sim
