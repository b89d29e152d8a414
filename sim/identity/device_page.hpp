#pragma once

#include "sim/identity/page_context.hpp"

/// `/devicelogin`, where a person enters the code that a device shows (RFC 8628 §3.3).
namespace postroom::sim {

/// A GET; `otc` pre-fills the code.
[[nodiscard]] http_response start_device_login(page_context& context);
/// The next page; in the end the device's request is approved or declined.
[[nodiscard]] http_response go_on_device_login(page_context& context, half_sign_in& flow);
/// What was posted.
[[nodiscard]] http_response take_device_login(page_context& context, half_sign_in& flow);

} // namespace postroom::sim
