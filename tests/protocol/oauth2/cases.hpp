#pragma once

#include "base/clock.hpp"
#include "base/secret.hpp"

#include <chrono>
#include <string>
#include <string_view>

/// What several tests of this folder say.
namespace postroom::oauth2 {

inline const wall_time now = std::chrono::sys_days{std::chrono::November / 24 / 2026} + std::chrono::hours{12};
inline constexpr std::string_view request_id = "2f4a3c10-0000-4000-8000-000000000001";

inline secret<> hidden(std::string_view text) {
  return secret<>{std::string{text}};
}

} // namespace postroom::oauth2
