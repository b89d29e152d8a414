#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "storage/store.hpp"

#include "records.pb.h"

namespace postroom {

/// The operation that appends `provider.sign_in_failed` to the tenant's log: which provider, who was expected, what
/// went wrong, what it means and what helps. One sign-in has at most one such event: its id is made of the sign-in's.
[[nodiscard]] storage::operation sign_in_failure_event(const records::SignIn& of, const error& why, wall_time now);

} // namespace postroom
