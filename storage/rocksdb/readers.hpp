#pragma once

#include "base/result.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace postroom::storage::embedded {

/// The threads that wait for the disk so that nobody else has to.
class readers {
public:
  explicit readers(std::size_t threads);
  ~readers() { stop(); }
  readers(const readers&) = delete;
  readers& operator=(const readers&) = delete;

  /// Runs everything that waits, then ends the threads; from then on everything is refused.
  void stop();

  /// Refuses (`busy`, `cancelled`) when the queue is full or the store is stopping: `work` is then untouched.
  [[nodiscard]] std::optional<error> submit(std::function<void()>& work);

  [[nodiscard]] std::size_t queued() const;

private:
  void run();

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> queue_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

} // namespace postroom::storage::embedded
