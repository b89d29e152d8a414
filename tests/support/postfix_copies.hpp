#pragma once

#include "tests/support/dovecot.hpp"
#include "tests/support/smtp_sink.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace postroom::test {

/// Brings copies of what was sent into the Sent folder of who sent it, at once or late, as Exchange does. Postfix hands
/// them over by SMTP, for addresses such as `dora@contoso.test.sent-copy`. A thread of its own delivers; while Dovecot
/// cannot take a copy, it tries again.
class postfix_copies {
public:
  static constexpr const char* address_suffix = ".sent-copy";

  /// `server` must outlive it.
  explicit postfix_copies(dovecot& server);
  postfix_copies(const postfix_copies&) = delete;
  postfix_copies& operator=(const postfix_copies&) = delete;
  ~postfix_copies();

  [[nodiscard]] std::uint16_t port() const noexcept { return door_.port(); }
  /// How late copies come that are handed over from now on. Thread-safe.
  void come_after(std::chrono::milliseconds delay);

private:
  struct copy {
    std::chrono::steady_clock::time_point due;
    std::string mailbox;
    std::string raw;
  };

  void put_down(const sunk_mail& mail);
  void deliver();

  dovecot& server_;
  std::mutex mutex_; ///< guards the four that follow
  std::condition_variable changed_;
  std::deque<copy> waiting_;
  std::chrono::milliseconds delay_{0};
  bool stopping_ = false;
  std::thread thread_;
  smtp_sink door_; ///< destroyed first: it calls put_down()
};

} // namespace postroom::test
