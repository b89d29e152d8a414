#pragma once

#include "actors/mailbox/asked.hpp"
#include "base/clock.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace postroom::mailbox {

/// What one mailbox waits for at most until when: its machine's timer, and answers of other actors. All share one
/// alarm, since each timer of the actor system costs its clock's thread two wake-ups, and nearly all deadlines are met
/// long before they would ring. Plain data; time comes in.
class deadlines {
public:
  /// The machine wants to be woken, in place of what it wanted before.
  void set_timer(std::uint32_t epoch, mono_time at) { timer_ = {epoch, at}; }
  /// An answer is awaited, for the link of this attempt. Its number.
  [[nodiscard]] std::uint32_t await(std::uint32_t attempt, asked what, mono_time until);
  /// It has come. False: it came too late and is nobody's any more.
  [[nodiscard]] bool answered(std::uint32_t number);

  struct unanswered_question {
    std::uint32_t attempt = 0;
    asked what = asked::position;
    friend bool operator==(const unanswered_question&, const unanswered_question&) = default;
  };
  struct due {
    std::optional<std::uint32_t> timer; ///< epoch
    std::vector<unanswered_question> unanswered;
  };
  /// What has run out; it is forgotten here.
  [[nodiscard]] due take_due(mono_time now);
  /// When the alarm is to ring: at the earliest of all, or, where that is far away, up to a quarter of a second later,
  /// in company: thousands of mailboxes that connect one after the other would each wake the clock's thread.
  [[nodiscard]] std::optional<mono_time> alarm(mono_time now) const;

private:
  struct timer {
    std::uint32_t epoch = 0;
    mono_time at{};
  };
  struct question {
    std::uint32_t number = 0;
    unanswered_question asks;
    mono_time until{};
  };
  [[nodiscard]] std::optional<mono_time> earliest() const;

  std::optional<timer> timer_;
  std::vector<question> open_;
  std::uint32_t last_number_ = 0;
};

} // namespace postroom::mailbox
