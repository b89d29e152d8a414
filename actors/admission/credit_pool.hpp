#pragma once

#include "actors/messages.hpp"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

namespace postroom::admission {

/// Byte credits for mail between socket and store: whoever wants to fetch first books the bytes here, so memory is
/// bounded whatever the number of mailboxes. First come, first served, so a large wish cannot be starved by small ones.
/// A mail above a quarter of the pool would block everyone while it waits; such mails go through a lane of their own,
/// one at a time, outside the pool. Plain data; owned by the admission actor.
template <class Waiter>
class credit_pool {
public:
  explicit credit_pool(std::uint64_t bytes) : total_(bytes), free_(bytes) {}

  /// Books at once, or remembers the waiter.
  [[nodiscard]] std::optional<credit> want(std::uint64_t bytes, Waiter waiter) {
    auto& queue = large(bytes) ? large_waiting_ : waiting_;
    if (queue.empty())
      if (auto booked = book(bytes))
        return booked;
    queue.push_back({bytes, std::move(waiter)});
    return std::nullopt;
  }

  void give_back(const credit& what) {
    if (what.large_lane)
      lane_taken_ = false;
    else
      free_ = std::min(total_, free_ + what.bytes);
  }

  /// The next waiter that can be served now, with its credit; call until nothing comes.
  [[nodiscard]] std::optional<std::pair<Waiter, credit>> serve() {
    for (auto* queue : {&large_waiting_, &waiting_}) {
      if (queue->empty())
        continue;
      if (auto booked = book(queue->front().bytes)) {
        std::pair<Waiter, credit> out{std::move(queue->front().waiter), *booked};
        queue->pop_front();
        return out;
      }
    }
    return std::nullopt;
  }

  /// Forgets waiters that `gone` picks.
  template <class Predicate>
  void drop(Predicate gone) {
    for (auto* queue : {&large_waiting_, &waiting_})
      std::erase_if(*queue, [&](const wish& w) { return gone(w.waiter); });
  }

  [[nodiscard]] std::uint64_t free_bytes() const { return free_; }
  [[nodiscard]] std::uint64_t total_bytes() const { return total_; }
  [[nodiscard]] std::size_t waiting() const { return waiting_.size() + large_waiting_.size(); }

private:
  struct wish {
    std::uint64_t bytes;
    Waiter waiter;
  };
  [[nodiscard]] bool large(std::uint64_t bytes) const { return bytes > total_ / 4; }
  [[nodiscard]] std::optional<credit> book(std::uint64_t bytes) {
    if (large(bytes)) {
      if (lane_taken_)
        return std::nullopt;
      lane_taken_ = true;
      return credit{bytes, true};
    }
    if (bytes > free_)
      return std::nullopt;
    free_ -= bytes;
    return credit{bytes, false};
  }

  std::uint64_t total_;
  std::uint64_t free_;
  bool lane_taken_ = false;
  std::deque<wish> waiting_;
  std::deque<wish> large_waiting_;
};

} // namespace postroom::admission
