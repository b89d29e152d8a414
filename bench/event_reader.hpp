#pragma once

#include "bench/gateway.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

namespace postroom::bench {

/// Distinct typical mails in the log of a gateway, read page by page.
[[nodiscard]] std::size_t count_mails(const api_endpoint& api);

/// Of /readyz: mailboxes in step.
[[nodiscard]] std::size_t mailboxes_in_step(const api_endpoint& api);

/// Follows the log as server-sent events from the beginning, on a thread of its own, and notes when the event of each
/// typical mail has been read to its last octet.
class event_watcher {
public:
  /// Mails numbered 0 … `mails` - 1.
  event_watcher(const api_endpoint& api, std::size_t mails);
  ~event_watcher();
  event_watcher(const event_watcher&) = delete;
  event_watcher& operator=(const event_watcher&) = delete;

  [[nodiscard]] std::size_t seen() const { return seen_; }
  /// By the mail's number; 0: not seen. Ends the watching.
  [[nodiscard]] const std::vector<std::int64_t>& times();

private:
  void run(const api_endpoint& api);
  void stop();

  std::vector<std::int64_t> times_; ///< the thread's until it has ended
  std::atomic<std::size_t> seen_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

} // namespace postroom::bench
