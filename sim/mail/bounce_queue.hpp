#pragma once

#include "base/clock.hpp"
#include "sim/control/journal.hpp"
#include "sim/control/stats.hpp"
#include "sim/mail/mailbox.hpp"

#include <cstddef>
#include <map>
#include <string>

namespace postroom::sim {

/// Notifications on their way back to who sent the mail. They have no sender themselves, so that one which finds no
/// mailbox is dropped and never bounces. Does no I/O and has no timer: the stand-in's calls. Not thread-safe.
class bounce_queue {
public:
  /// What waits beyond either of them is delivered before its time.
  static constexpr std::size_t waiting_max = 10'000;
  static constexpr std::size_t waiting_bytes_max = 64 * 1024 * 1024;

  bounce_queue(directory& mail, journal& journal, stand_in_stats& stats, const clock& time)
      : mail_(mail), journal_(journal), stats_(stats), time_(time) {}

  /// `to`: the mailbox; `raw`: the notification.
  void add(std::string to, std::string raw, mono_time due);
  /// Puts what is due into the inboxes, oldest first; how many have left the queue.
  std::size_t deliver_due(mono_time now);
  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }

private:
  struct bounce {
    std::string to;
    std::string raw;
  };
  void deliver_first();

  directory& mail_;
  journal& journal_;
  stand_in_stats& stats_;
  const clock& time_;
  std::multimap<mono_time, bounce> waiting_;
  std::size_t waiting_bytes_ = 0;
};

} // namespace postroom::sim
