#pragma once

#include "base/clock.hpp"

#include <string>
#include <string_view>

/// The cookie that ties a sign-in to the browser that began it (RFC 6265).
namespace postroom::api::sign_in {

/// 256 random bits.
[[nodiscard]] std::string draw_cookie();
/// `postroom_sign_in_<id>`: each sign-in has its own, so that one browser may be at several.
[[nodiscard]] std::string cookie_name(std::string_view sign_in);
/// Its value in a Cookie header; empty when it is not there or could not be one of ours. Of several the first.
[[nodiscard]] std::string cookie_in(std::string_view header, std::string_view sign_in);
/// `Set-Cookie`: for the pages of a sign-in only, over TLS, out of reach of scripts. SameSite=None because the platform
/// may send the browser back with a form, which is a request across sites.
[[nodiscard]] std::string set_cookie(std::string_view sign_in, std::string_view value, std::chrono::seconds life);

} // namespace postroom::api::sign_in
