#pragma once

#include "actors/messages.hpp"
#include "base/clock.hpp"
#include "protocol/oauth2/failure.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace postroom::provider {

/// What is known of one grant's access token for one resource, and whether the platform may be asked now. Plain data
/// with rules; time and chance come in. Owned by the provider actor.
class grant_tokens {
public:
  enum class advice : std::uint8_t {
    hand_out, ///< token() is good
    refuse,   ///< refusal() still stands
    refresh,  ///< ask the platform, or wait for the answer under way
  };
  /// `anew`: the last token was refused by a server although it should be good.
  [[nodiscard]] advice decide(mono_time now, bool anew) const;

  /// A new token, or one from an earlier process. It is to be replaced at `refresh_at`; whoever uses it learns that.
  void adopt(access_token token, std::chrono::seconds life, mono_time now, mono_time refresh_at);
  void refused(const oauth2::token_failure& failure, mono_time now, double chance);
  /// The platform was not reached at all, or the question could not be put.
  void unreachable(error why, mono_time now, double chance);
  /// Not before `at`: somebody else found out that it is of no use.
  void postpone(error why, std::optional<mono_time> at);
  /// What was refused may be asked for again, by itself at `refresh_at`.
  void forgive(mono_time refresh_at);
  /// Nobody uses the token: it is replaced later than was planned.
  void plan_anew(mono_time refresh_at) { refresh_at_ = refresh_at; }
  /// Somebody gets the token.
  [[nodiscard]] const access_token& hand_out() {
    handed_out_ = true;
    return *token_;
  }

  [[nodiscard]] bool has_token() const { return token_.has_value(); }
  /// Whether the present token was ever handed out.
  [[nodiscard]] bool handed_out() const { return handed_out_; }
  [[nodiscard]] std::optional<wall_time> expires() const;
  /// The present token is handed out until then; long ago when there is none.
  [[nodiscard]] mono_time usable_until() const { return usable_until_; }
  [[nodiscard]] const std::optional<error>& refusal() const { return refusal_; }
  [[nodiscard]] std::optional<mono_time> retry_at() const { return retry_at_; }
  /// When to refresh ahead of need; nothing when there is no token to replace and no use in trying.
  [[nodiscard]] std::optional<mono_time> refresh_at() const { return refresh_at_; }

private:
  std::optional<access_token> token_;
  mono_time usable_until_{};
  mono_time issued_{};
  std::optional<mono_time> refresh_at_;
  std::optional<error> refusal_;
  std::optional<mono_time> retry_at_; ///< nothing, with a refusal: not before somebody has acted
  std::uint32_t failures_ = 0;
  bool handed_out_ = false;
};

} // namespace postroom::provider
