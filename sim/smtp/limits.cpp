#include "sim/smtp/limits.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <cmath>

namespace postroom::sim {

using namespace std::chrono_literals;

submission_usage::account& submission_usage::account_of(std::string_view user) {
  return accounts_[ascii_lower(user)];
}

// -- Connections -----------------------------------------------------------------------------------------------------

submission_usage::seat submission_usage::take_seat(std::string_view user) {
  const auto number = next_seat_++;
  account_of(user).seats.push_back(number);
  return {*this, ascii_lower(user), number};
}

submission_usage::seat& submission_usage::seat::operator=(seat&& other) noexcept {
  if (this != &other) {
    leave();
    usage_ = std::exchange(other.usage_, nullptr);
    user_ = std::move(other.user_);
    number_ = other.number_;
  }
  return *this;
}

void submission_usage::seat::leave() {
  if (auto* const usage = std::exchange(usage_, nullptr))
    std::erase(usage->accounts_[user_].seats, number_);
}

bool submission_usage::seat::is_beyond(std::size_t connections_max) const {
  if (!usage_)
    return false;
  const auto& seats = usage_->accounts_[user_].seats;
  return static_cast<std::size_t>(std::ranges::find(seats, number_) - seats.begin()) >= connections_max;
}

// -- Mails -----------------------------------------------------------------------------------------------------------

std::optional<mono_time> submission_usage::book_mail(std::string_view user, double per_minute, mono_time now) {
  if (!(per_minute > 0))
    return now;
  // As many as fit into a minute at once, or one in a longer period. What is beyond any use counts as no limit.
  const double capacity = std::max(1.0, std::floor(std::min(per_minute, 1e9)));
  const auto period = std::chrono::duration_cast<mono_time::duration>(
      std::chrono::duration<double>{std::min(60 * capacity / per_minute, 1e9)});
  auto& counted = account_of(user);
  auto window = counted.window;
  auto in_window = counted.in_window;
  if (now >= window + period) {
    window = now;
    in_window = 0;
  } else if (static_cast<double>(in_window) >= capacity) {
    window += period;
    in_window = 0;
  }
  const auto when = std::max(window, now);
  if (when > now + delay_max)
    return std::nullopt;
  counted.window = window;
  counted.in_window = in_window + 1;
  return when;
}

bool submission_usage::book_recipients(std::string_view user, std::size_t count, std::size_t per_day, mono_time now) {
  auto& counted = account_of(user);
  while (!counted.recipients.empty() && counted.recipients.front().first + day <= now) {
    counted.recipients_sum -= counted.recipients.front().second;
    counted.recipients.pop_front();
  }
  if (count > per_day || counted.recipients_sum > per_day - count)
    return false;
  if (counted.recipients.empty() || counted.recipients.back().first + 1min <= now)
    counted.recipients.emplace_back(now, 0);
  counted.recipients.back().second += count;
  counted.recipients_sum += count;
  return true;
}

} // namespace postroom::sim
