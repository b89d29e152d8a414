#pragma once

#include "actors/messages.hpp"
#include "base/clock.hpp"
#include "protocol/oauth2/failure.hpp"
#include "protocol/oauth2/refresh_plan.hpp"
#include "protocol/oauth2/token_answer.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace postroom::provider {

/// What is known of one grant's access token, and whether the platform may be asked now. Plain data with rules; time
/// and chance come in. Owned by the provider actor.
class grant_tokens {
public:
  enum class advice : std::uint8_t {
    hand_out, ///< token() is good
    refuse,   ///< refusal() still stands
    refresh,  ///< ask the platform, or wait for the answer under way
  };
  /// `anew`: the last token was refused by a server although it should be good.
  [[nodiscard]] advice decide(mono_time now, bool anew) const;

  /// A token from an earlier process that is still good.
  void restore(access_token token, mono_time now, wall_time wall);
  void answered(const oauth2::token_answer& answer, std::string delegate, mono_time now, wall_time wall, double chance);
  void refused(const oauth2::token_failure& failure, mono_time now, double chance);
  /// The platform was not reached at all.
  void unreachable(error why, mono_time now, double chance);

  [[nodiscard]] const access_token& token() const { return *token_; }
  [[nodiscard]] const error& refusal() const { return *refusal_; }
  /// When to refresh ahead of need; nothing when there is no token to replace.
  [[nodiscard]] std::optional<mono_time> refresh_at() const { return refresh_at_; }

private:
  void adopt(access_token token, const oauth2::token_times& times, double chance);

  std::optional<access_token> token_;
  mono_time usable_until_{};
  mono_time issued_{};
  std::optional<mono_time> refresh_at_;
  std::optional<error> refusal_;
  std::optional<mono_time> retry_at_; ///< nothing, with a refusal: not before somebody has acted
  std::uint32_t failures_ = 0;
};

} // namespace postroom::provider
