#pragma once

#include "sim/control/stats.hpp"

#include <functional>
#include <string_view>

namespace postroom::sim {

/// What can be done to the servers and their connections, whoever runs them. Called from their thread.
class servers {
public:
  /// Whether the session of this mailbox or user is meant; empty for connections where nobody has signed in.
  using chooser = std::function<bool(std::string_view name)>;

  virtual ~servers() = default;
  /// IMAP and submission connections are closed without a word.
  virtual void drop(const chooser& whose) = 0;
  /// IMAP sessions end as if the access token had expired.
  virtual void expire(const chooser& whose) = 0;
  /// Outage: nobody listens, and all connections but those of the control API are cut. Ports stay the same. Calling
  /// again while out tries nothing; while a port cannot be had back, each call with false tries again.
  virtual void set_outage(bool out) = 0;
  /// All that is counted, with the gauges.
  [[nodiscard]] virtual stand_in_stats count() = 0;
};

} // namespace postroom::sim
