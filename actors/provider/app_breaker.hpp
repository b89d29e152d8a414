#pragma once

#include "base/clock.hpp"
#include "protocol/oauth2/failure.hpp"

#include <cstdint>
#include <optional>

namespace postroom::provider {

/// Keeps a provider whose application is broken (or whose platform is throttling or down) from asking once for each of
/// its grants: after a failure of the application all grants are refused, but for one probe at a time when it is due
/// (for a broken application every five minutes, else after Retry-After and up to half a minute). Plain data; time and
/// chance come in. Owned by the provider actor.
///
/// What may lie in one grant only (a mangled refresh token is an `invalid_request`, too), and a busy platform that does
/// not say for how long, open it when they come three times in a row.
class app_breaker {
public:
  /// Longer than a request may take: a probe whose answer got lost does not keep it shut for ever.
  static constexpr auto probe_limit = std::chrono::minutes{1};

  enum class advice : std::uint8_t {
    ask,    ///< closed
    probe,  ///< open, and this one may find out; until it is answered everybody else is refused
    refuse, ///< refusal() stands
  };
  [[nodiscard]] advice may_ask(mono_time now);
  /// A failure of whatever kind; only those of the application, and a platform that is busy (429, 5xx), open it. One of
  /// the grant (dead, policy, the user's task) closes it, since the platform took the application: see open(). Answers
  /// whether it was opened by this one.
  bool failed(const oauth2::token_failure& why, mono_time now, double chance);
  /// The platform was not reached. The next probe is due a minute after the last one.
  void unreachable() noexcept { probing_ = false; }
  /// The platform took the application (even if it refused a grant). Answers whether it had been open.
  bool worked();

  [[nodiscard]] bool open() const noexcept { return refusal_.has_value(); }
  [[nodiscard]] const std::optional<error>& refusal() const noexcept { return refusal_; }
  [[nodiscard]] std::optional<mono_time> retry_at() const noexcept { return retry_at_; }

private:
  /// The next probe may go out later than was known.
  void put_off(mono_time until);

  std::optional<error> refusal_;
  std::optional<mono_time> retry_at_;
  std::uint32_t failures_ = 0; ///< in a row, of those that count
  bool probing_ = false;
};

} // namespace postroom::provider
