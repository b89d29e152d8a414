#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace postroom::sim {

/// How much each user has sent, and over how many connections: what Exchange Online counts for the mailbox that signed
/// in. Users are compared without case. Grows with the number of users only. Not thread-safe.
class submission_usage {
public:
  /// A mail is delayed for no longer; who would have to wait longer is refused.
  static constexpr std::chrono::minutes delay_max{5};
  static constexpr std::chrono::hours day{24};

  /// One connection of a user, counted as long as it lives. The usage must stay where it is meanwhile.
  class seat {
  public:
    seat() = default;
    seat(seat&& other) noexcept
        : usage_(std::exchange(other.usage_, nullptr)), user_(std::move(other.user_)), number_(other.number_) {}
    seat& operator=(seat&& other) noexcept;
    seat(const seat&) = delete;
    seat& operator=(const seat&) = delete;
    ~seat() { leave(); }

    /// Whether more than `connections_max` older ones of the user, or as many, are still there.
    [[nodiscard]] bool is_beyond(std::size_t connections_max) const;

  private:
    friend class submission_usage;
    seat(submission_usage& usage, std::string user, std::uint64_t number)
        : usage_(&usage), user_(std::move(user)), number_(number) {}
    void leave();

    submission_usage* usage_ = nullptr;
    std::string user_;
    std::uint64_t number_ = 0;
  };

  [[nodiscard]] seat take_seat(std::string_view user);
  /// When a mail may go that is complete now: at once, or carried over to the next minutes. Nothing when that would be
  /// later than delay_max. Books it. `per_minute` may be a fraction; 0 or less: no limit.
  [[nodiscard]] std::optional<mono_time> book_mail(std::string_view user, double per_minute, mono_time now);
  /// False when the user has sent to too many in the last 24 hours to send to that many more; books them otherwise.
  [[nodiscard]] bool book_recipients(std::string_view user, std::size_t count, std::size_t per_day, mono_time now);

private:
  struct account {
    std::vector<std::uint64_t> seats; ///< in the order in which they were taken
    mono_time window{};               ///< begin of the period in which mails are counted; may lie ahead
    std::size_t in_window = 0;
    std::deque<std::pair<mono_time, std::size_t>> recipients; ///< minute by minute
    std::size_t recipients_sum = 0;
  };
  [[nodiscard]] account& account_of(std::string_view user);

  std::unordered_map<std::string, account> accounts_;
  std::uint64_t next_seat_ = 1;
};

} // namespace postroom::sim
