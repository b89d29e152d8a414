#include "actors/mailbox/sync_plan.hpp"

#include <algorithm>
#include <limits>

namespace postroom::mailbox {

void sync_plan::begin(std::uint32_t last_uid, std::uint32_t uid_next) {
  pending_.clear();
  open_.reset();
  listed_up_to_ = last_uid;
  uid_next_ = uid_next;
  width_ = limits::list_window_uids;
  final_look_ = true;
}

std::optional<uid_window> sync_plan::next_window() {
  if (open_ || !pending_.empty())
    return std::nullopt;
  const auto first = listed_up_to_ + 1;
  if (first == 0)
    return std::nullopt; // the last UID there can be is behind us
  if (uid_next_ > first) {
    const auto last =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(uid_next_ - 1, std::uint64_t{first} + width_ - 1));
    open_ = uid_window{first, last, false};
  } else if (final_look_) {
    final_look_ = false;
    open_ = uid_window{first, std::numeric_limits<std::uint32_t>::max(), true};
  }
  return open_;
}

void sync_plan::listed(std::vector<net::listed_message> messages) {
  if (!open_)
    return;
  const auto window = *open_;
  open_.reset();
  std::erase_if(messages, [&](const auto& m) { return m.uid.value <= listed_up_to_ || m.uid.value > window.last; });
  std::sort(messages.begin(), messages.end(), [](const auto& a, const auto& b) { return a.uid < b.uid; });
  const auto same = [](const auto& a, const auto& b) { return a.uid == b.uid; };
  messages.erase(std::unique(messages.begin(), messages.end(), same), messages.end());
  const bool cut = messages.size() > limits::list_window_uids;
  if (cut) {
    messages.resize(limits::list_window_uids);
    final_look_ = true;
  }
  // Sparse folders (old ones, with most mail deleted) would need thousands of round trips at a fixed width.
  constexpr std::uint32_t width_max = 1'000'000;
  if (messages.size() < limits::list_window_uids / 4)
    width_ = std::min(width_ * 4, width_max);
  else if (cut)
    width_ = limits::list_window_uids;
  for (auto m = messages.rbegin(); m != messages.rend(); ++m) {
    const auto size = std::min<std::uint64_t>(m->size, std::numeric_limits<std::uint32_t>::max());
    pending_.push_back({m->uid.value, static_cast<std::uint32_t>(size), false});
  }
  if (cut || window.open_end)
    listed_up_to_ = messages.empty() ? listed_up_to_ : messages.back().uid.value;
  else
    listed_up_to_ = window.last;
}

std::optional<fetch_range> sync_plan::next_range() {
  if (pending_.empty())
    return std::nullopt;
  fetch_range range;
  while (!pending_.empty() && range.uids.size() < limits::fetch_range_messages_max) {
    const auto& next = pending_.back();
    const bool fits = range.uids.empty() || range.bytes + next.size <= limits::fetch_range_bytes;
    if (!fits || (next.alone && !range.uids.empty()))
      break;
    range.uids.push_back(next.uid);
    range.bytes += next.size;
    const bool alone = next.alone;
    pending_.pop_back();
    if (alone)
      break;
  }
  if (pending_.empty())
    pending_ = {};
  return range;
}

void sync_plan::split(const fetch_range& range) {
  const auto each = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(range.bytes / range.uids.size() + 1, std::numeric_limits<std::uint32_t>::max()));
  for (auto it = range.uids.rbegin(); it != range.uids.rend(); ++it)
    pending_.push_back({*it, each, true});
}

bool sync_plan::complete() const {
  return pending_.empty() && !open_ && !final_look_ && uid_next_ <= listed_up_to_ + 1;
}

} // namespace postroom::mailbox
