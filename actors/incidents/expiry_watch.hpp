#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

/// When people are told of what expires: secrets, certificates, grants. Pure.
namespace postroom::incidents {

/// How far something has come towards its end, as stored in an incident's `days_announced`: 30, 14, 7, 1 days before,
/// or `expired`; 0 while it is further away.
using expiry_stage = std::int32_t;
inline constexpr expiry_stage not_expiring = 0;
inline constexpr expiry_stage expired = -1;

/// The narrowest threshold that is passed: exactly 30 days before the end it is 30.
[[nodiscard]] expiry_stage stage_of(wall_time expires, wall_time now) noexcept;
/// Whether `stage` is nearer to the end than `announced`, so that it is worth an event.
[[nodiscard]] bool is_nearer(expiry_stage stage, expiry_stage announced) noexcept;
/// How long until the next threshold, to look again then; nothing when it has expired. At most a day: the machine may
/// sleep and its clock be set, so a look now and then is safer than one timer for a year.
[[nodiscard]] std::optional<std::chrono::milliseconds> look_again_in(wall_time expires, wall_time now) noexcept;
/// Days left, those begun counted as whole; 0 when it has expired.
[[nodiscard]] std::int64_t days_left(wall_time expires, wall_time now) noexcept;

} // namespace postroom::incidents
