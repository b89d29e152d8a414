#pragma once

#include "base/clock.hpp"
#include "protocol/oauth2/refresh_plan.hpp"

namespace postroom::provider {

/// From when until when a token is to be replaced; the calendar chooses a moment in between. earliest ≤ latest.
struct refresh_window {
  mono_time earliest;
  mono_time latest;
};

/// Between half and three quarters of the token's life, and five minutes before its end at the latest (half of the life
/// for one that lives for less than ten minutes). A platform that tells `refresh_in` gets a quarter of the life from
/// then on, though never less than 15 % after the token came: a platform that always says "at once" must not make a
/// loop. `first`: of a grant without a token before, or whose token is from an earlier process. Many of those come at
/// once, so they are spread as widely as can be: from 15 % of the life on, and until shortly before the last two
/// minutes where little of it is left (at once, when it is too little for that). Pure.
[[nodiscard]] refresh_window refresh_window_of(const oauth2::token_times& token, bool first);

/// For a token that was to be replaced, but the platform may not be asked before `again`: until two minutes before it
/// may not be handed out any more (or half of the time that is left until then), so that what was put off does not come
/// back all at once. Five minutes for one that ends before `again`. Pure.
[[nodiscard]] refresh_window recovery_window_of(mono_time again, mono_time usable_until);

} // namespace postroom::provider
