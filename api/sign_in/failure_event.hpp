#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "storage/store.hpp"

#include "records.pb.h"

namespace postroom::api::sign_in {

/// The operation that appends `provider.sign_in_failed` to the tenant's log: which provider, who was expected, what
/// went wrong, what it means and what helps. One sign-in has at most one such event: its id is made of the sign-in's.
[[nodiscard]] storage::operation failure_event(const records::SignIn& of, const error& why, wall_time now);

} // namespace postroom::api::sign_in
