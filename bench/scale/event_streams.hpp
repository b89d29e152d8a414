#pragma once

#include "bench/gateway.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace postroom::bench::scale {

/// Follows the logs of many tenants as server-sent events from the beginning, on a thread of its own, and notes when
/// the event of each typical mail has been read to its last octet, and how often.
class event_streams {
public:
  /// Mails numbered 0 … `mails` - 1.
  event_streams(const api_endpoint& api, const std::vector<std::string>& tenants, std::size_t mails);
  ~event_streams();
  event_streams(const event_streams&) = delete;
  event_streams& operator=(const event_streams&) = delete;

  [[nodiscard]] std::size_t seen() const { return seen_; }       ///< different mails
  [[nodiscard]] std::size_t doubled() const { return doubled_; } ///< events of mails that had one already
  /// By the mail's number; 0: not seen. Ends the watching.
  [[nodiscard]] const std::vector<std::int64_t>& times();

private:
  struct stream {
    int socket = -1;
    std::string unread;
  };
  void connect(const api_endpoint& api, const std::string& tenant);
  void run();
  [[nodiscard]] bool read(stream& from);
  void on_line(const std::string& line, std::int64_t now);
  void stop();

  std::vector<stream> streams_;
  std::vector<std::int64_t> times_; ///< the thread's until it has ended
  std::atomic<std::size_t> seen_{0};
  std::atomic<std::size_t> doubled_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

} // namespace postroom::bench::scale
