#pragma once

#include "base/clock.hpp"
#include "base/ids.hpp"
#include "protocol/smtp/failure_table.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace postroom::sending {

/// What one authenticating identity may do; 0: no limit.
struct identity_rules {
  std::uint32_t messages_per_minute = 0;
  std::uint32_t connections = 0;
  std::uint32_t recipients_per_day = 0;
  friend bool operator==(const identity_rules&, const identity_rules&) = default;
};

/// Recipients counted against a day's limit before a mail to them goes, and in which hour since 1970.
struct allowance {
  std::int64_t hour = 0;
  std::uint32_t recipients = 0;
};

/// What a server said of an identity: it lets it in, it took a mail of it, or it refused.
struct verdict {
  std::optional<smtp::failure_class> failure; ///< nothing: it works
  std::chrono::milliseconds not_before{0};    ///< a refusal that is known to last: not before then
  bool mail_taken = false;                    ///< where it works: not the login alone
};

/// Why an identity must not be used now.
struct refusal {
  smtp::failure_class klass{};
  std::string words;
  wall_time until{};
};

/// An identity's name among all: who logs in where, for whom.
[[nodiscard]] std::string identity_name(const tenant_id& tenant, std::string_view provider, std::string_view user);

/// What one identity has used of its limits, and what its server thinks of it. Several shared mailboxes send as one
/// delegate and share all of it. Plain data; time and chance come in.
class identity_limits {
public:
  void set_rules(const identity_rules& rules) { rules_ = rules; }

  /// A connection more? Counts it when so.
  [[nodiscard]] bool take_connection();
  void return_connection();
  [[nodiscard]] std::uint32_t connections() const { return connections_; }

  /// How long the next mail has to wait for its turn, which is taken, unless that is longer than `most`.
  [[nodiscard]] std::chrono::milliseconds take_message(mono_time now, std::chrono::milliseconds most);
  /// Refuses when the recipients of the last 24 hours and these exceed the day's limit.
  [[nodiscard]] std::optional<refusal> refuse_recipients(std::size_t recipients, wall_time now);
  /// Counts them; nothing where the day has no limit.
  [[nodiscard]] allowance served(std::uint32_t recipients, wall_time now);
  /// Those did not get the mail after all.
  void not_served(const allowance& unused);
  /// Recipients of the last 24 hours, counted where the day has a limit.
  [[nodiscard]] std::uint64_t recipients_of_day(wall_time now) const;
  /// From an earlier process.
  void served_in(std::int64_t hour, std::uint32_t recipients) { by_hour_[hour] += recipients; }

  /// Set while the identity is not to be used: it was throttled, ran out of quota, or failed again and again.
  [[nodiscard]] std::optional<refusal> blocked(wall_time now) const;
  /// What the server answered. A login ends only what is held against logins: an identity that sends too much may
  /// still log in, as often as it likes. A mail that is taken ends all.
  void report(const verdict& what, wall_time now, double chance);
  /// Somebody acted: forget what was held against it.
  void forgive();

private:
  struct record {
    std::uint32_t failures = 0; ///< in a row
    std::optional<refusal> rest;
  };

  identity_rules rules_;
  std::uint32_t connections_ = 0;
  mono_time next_message_{};
  std::map<std::int64_t, std::uint32_t> by_hour_; ///< recipients served, by hour since 1970
  record logins_;                                 ///< no connection, or no login
  record mails_;                                  ///< too fast, or too many
};

} // namespace postroom::sending
