#include "storage/rocksdb/readers.hpp"

#include "base/limits.hpp"

#include <pthread.h>

#include <algorithm>

namespace postroom::storage::embedded {

readers::readers(std::size_t threads) {
  for (std::size_t i = 0; i < std::max<std::size_t>(threads, 1); ++i)
    threads_.emplace_back([this] { run(); });
}

void readers::stop() {
  {
    std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  wake_.notify_all();
  for (auto& each : threads_)
    each.join();
  threads_.clear();
}

std::optional<error> readers::submit(std::function<void()>& work) {
  {
    std::lock_guard lock{mutex_};
    if (stopping_)
      return fail(errc::cancelled, "the store is stopping");
    if (queue_.size() >= limits::read_queue_max)
      return fail(errc::busy, "too many reads wait");
    queue_.push_back(std::move(work));
  }
  wake_.notify_one();
  return {};
}

std::size_t readers::queued() const {
  std::lock_guard lock{mutex_};
  return queue_.size();
}

void readers::run() {
  ::pthread_setname_np(::pthread_self(), "store-reader");
  while (true) {
    std::unique_lock lock{mutex_};
    wake_.wait(lock, [&] { return stopping_ || !queue_.empty(); });
    if (queue_.empty())
      return;
    const auto work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work();
  }
}

} // namespace postroom::storage::embedded
