#pragma once

#include "api/message.hpp"

#include "records.pb.h"

namespace postroom::api::sign_in {

/// 200: what the link is for, and a button that goes on to the platform, by a POST to the same address. Pure.
[[nodiscard]] response start_page(const records::SignIn& of);

} // namespace postroom::api::sign_in
