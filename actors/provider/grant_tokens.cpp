#include "actors/provider/grant_tokens.hpp"

#include "protocol/oauth2/refresh_plan.hpp"

#include <algorithm>

namespace postroom::provider {
namespace {

using namespace std::chrono_literals;

/// A token younger than this is not replaced because a server refused it: the fault lies elsewhere, and a thousand
/// mailboxes complaining at once must cost one refresh.
constexpr auto refresh_again_after = 30s;

} // namespace

grant_tokens::advice grant_tokens::decide(mono_time now, bool anew) const {
  const bool good = token_ && now < usable_until_;
  const bool blocked = refusal_ && (!retry_at_ || now < *retry_at_);
  if (good && (!anew || now - issued_ < refresh_again_after || blocked))
    return advice::hand_out;
  return blocked ? advice::refuse : advice::refresh;
}

void grant_tokens::adopt(access_token token, std::chrono::seconds life, mono_time now, mono_time refresh_at) {
  const auto left = now + life - refresh_at;
  token.renewed = token.expires - std::chrono::duration_cast<std::chrono::milliseconds>(left);
  issued_ = now;
  refresh_at_ = refresh_at;
  // Tokens that live for minutes only would never be handed out under the two-minute rule.
  usable_until_ = now + std::max(life - oauth2::token_remaining_min, life * 3 / 4);
  token_ = std::move(token);
  handed_out_ = false;
  refusal_.reset();
  retry_at_.reset();
  failures_ = 0;
}

void grant_tokens::refused(const oauth2::token_failure& failure, mono_time now, double chance) {
  ++failures_;
  refusal_ = oauth2::to_error(failure);
  retry_at_.reset();
  if (const auto delay = oauth2::retry_delay(failure, failures_, chance))
    retry_at_ = now + *delay;
  refresh_at_ = retry_at_;
}

void grant_tokens::unreachable(error why, mono_time now, double chance) {
  const oauth2::token_failure passing;
  ++failures_;
  postpone(std::move(why), now + oauth2::retry_delay(passing, failures_, chance).value_or(1s));
}

void grant_tokens::postpone(error why, std::optional<mono_time> at) {
  refusal_ = std::move(why);
  retry_at_ = at;
  refresh_at_ = at;
}

void grant_tokens::forgive(mono_time refresh_at) {
  refusal_.reset();
  retry_at_.reset();
  failures_ = 0;
  refresh_at_ = refresh_at;
}

std::optional<wall_time> grant_tokens::expires() const {
  return token_ ? std::optional{token_->expires} : std::nullopt;
}

} // namespace postroom::provider
