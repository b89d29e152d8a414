#pragma once

#include "base/result.hpp"

#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <cstddef>
#include <functional>

namespace postroom::api {

/// Threads for work of requests that may block, which no io thread may do. Work that finds no thread free is refused
/// instead of queued: who asked can wait and ask again. Thread-safe.
class blocking_pool {
public:
  explicit blocking_pool(std::size_t threads) : threads_max_(threads), threads_(threads) {}
  /// Waits for the work under way.
  ~blocking_pool() { threads_.join(); }

  /// `busy` when no thread is free.
  [[nodiscard]] result<void> run(std::function<void()> work);

private:
  std::size_t threads_max_;
  boost::asio::thread_pool threads_;
  std::atomic<std::size_t> running_{0};
};

} // namespace postroom::api
