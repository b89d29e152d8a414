#include "actors/mailbox/deadlines.hpp"

#include <algorithm>

namespace postroom::mailbox {

std::uint32_t deadlines::await(std::uint32_t attempt, asked what, mono_time until) {
  open_.push_back({++last_number_, {attempt, what}, until});
  return last_number_;
}

bool deadlines::answered(std::uint32_t number) {
  const bool known = std::erase_if(open_, [number](const question& each) { return each.number == number; }) > 0;
  if (open_.empty())
    open_ = {}; // thousands of mailboxes at rest wait for nothing
  return known;
}

deadlines::due deadlines::take_due(mono_time now) {
  due out;
  if (timer_ && timer_->at <= now) {
    out.timer = timer_->epoch;
    timer_.reset();
  }
  std::erase_if(open_, [&](const question& each) {
    if (each.until <= now)
      out.unanswered.push_back(each.asks);
    return each.until <= now;
  });
  return out;
}

std::optional<mono_time> deadlines::earliest() const {
  std::optional<mono_time> earliest;
  if (timer_)
    earliest = timer_->at;
  for (const auto& each : open_)
    earliest = earliest ? std::min(*earliest, each.until) : each.until;
  return earliest;
}

std::optional<mono_time> deadlines::alarm(mono_time now) const {
  constexpr std::chrono::seconds far_away{10};
  const auto at = earliest();
  if (!at || *at - now < far_away)
    return at;
  return std::chrono::ceil<std::chrono::duration<std::int64_t, std::ratio<1, 4>>>(*at);
}

} // namespace postroom::mailbox
