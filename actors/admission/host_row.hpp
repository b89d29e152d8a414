#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>

namespace postroom::admission {

/// Who waits to connect to one server. First come, first served, evenly in time: a restart with thousands of mailboxes
/// must not look like an attack, and in no second do more than `per_second` start; the first second goes at half the
/// rate, since the first attempts of a process take longer to leave (names, certificates) than those behind them. A
/// server that nobody reaches gets a probe now and then until one of them arrives; the others keep their places, so
/// that its return finds them in a row and not scattered over their back-offs. Plain data; owned by the admission
/// actor.
class host_row {
public:
  /// Attempts in a row that did not arrive, after which the server counts as down.
  static constexpr std::uint32_t failures_until_down = 5;
  static constexpr std::chrono::milliseconds probe_gap_min{1000};
  static constexpr std::chrono::milliseconds probe_gap_max{5000};

  explicit host_row(double per_second);

  /// Each number is greater than those before.
  void push(std::uint64_t number) { waiting_.insert(waiting_.end(), number); }
  /// Gives a place up, if there is one: it must not cost those behind it a turn.
  void drop(std::uint64_t number) { waiting_.erase(number); }
  /// Who may start now; nothing: nobody, see next(). Call until nothing comes.
  [[nodiscard]] std::optional<std::uint64_t> take(mono_time now);
  /// When the first in the row may start; nothing while nobody waits.
  [[nodiscard]] std::optional<mono_time> next() const;
  /// An attempt has come so far that the server answered, or it has not.
  void arrived();
  void failed(mono_time now);

  [[nodiscard]] bool down() const noexcept { return failures_ >= failures_until_down; }
  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_.size(); }

private:
  [[nodiscard]] mono_time earliest() const;

  mono_time::duration gap_;
  std::size_t per_second_;
  std::set<std::uint64_t> waiting_; ///< in order; a set, since any of thousands may give up
  std::deque<mono_time> started_;   ///< the last `per_second_` starts
  std::optional<mono_time> first_;
  mono_time next_even_{}; ///< may lag behind: a few may start together after a quiet time
  mono_time next_probe_{};
  std::chrono::milliseconds probe_gap_ = probe_gap_min;
  std::uint32_t failures_ = 0;
};

} // namespace postroom::admission
