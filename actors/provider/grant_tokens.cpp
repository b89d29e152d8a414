#include "actors/provider/grant_tokens.hpp"

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

void grant_tokens::adopt(access_token token, const oauth2::token_times& times, double chance) {
  const auto plan = oauth2::plan_refresh(times, chance);
  const auto left = plan.expires_at - plan.refresh_at;
  token.renewed = token.expires - std::chrono::duration_cast<std::chrono::milliseconds>(left);
  issued_ = times.issued;
  refresh_at_ = plan.refresh_at;
  // Tokens that live for minutes only would never be handed out under the two-minute rule.
  usable_until_ = std::max<mono_time>(plan.usable_until, times.issued + times.expires_in * 3 / 4);
  token_ = std::move(token);
  refusal_.reset();
  retry_at_.reset();
  failures_ = 0;
}

void grant_tokens::restore(access_token token, mono_time now, wall_time wall) {
  const auto left = std::chrono::duration_cast<std::chrono::seconds>(token.expires - wall);
  if (left > oauth2::token_remaining_min)
    adopt(std::move(token), {now, left, {}}, 0.5);
}

void grant_tokens::answered(const oauth2::token_answer& answer, std::string delegate, mono_time now, wall_time wall,
                            double chance) {
  adopt({answer.access_token, std::move(delegate), wall + answer.expires_in},
        {now, answer.expires_in, answer.refresh_in}, chance);
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
  oauth2::token_failure passing;
  ++failures_;
  refusal_ = std::move(why);
  retry_at_ = now + oauth2::retry_delay(passing, failures_, chance).value_or(1s);
  refresh_at_ = retry_at_;
}

} // namespace postroom::provider
