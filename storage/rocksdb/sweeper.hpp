#pragma once

#include "storage/rocksdb/database.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace postroom::storage::embedded {

/// Which part of `all` bytes of values, the oldest, may be swept when `free` bytes of the disk are free. What is alive
/// in it is written anew before the old files go, so that at worst all of it is there twice: at most half of what is
/// free is used for that.
[[nodiscard]] double cutoff_for(std::uint64_t all, std::uint64_t free) noexcept;

/// Gives the disk space of deleted large values back. RocksDB could do so with every compaction, but then a catch-up
/// pays for moving values about that nobody deletes; so it is done here, when something was collected and enough of
/// the files is garbage.
class sweeper {
public:
  explicit sweeper(database& in) : database_(in), thread_([this] { run(); }) {}
  ~sweeper();
  sweeper(const sweeper&) = delete;
  sweeper& operator=(const sweeper&) = delete;

  /// Something was collected. Returns at once.
  void nudge();

private:
  void run();
  void sweep(family f);
  /// As a part of what there is, 0 when the disk leaves no room for it.
  [[nodiscard]] double cutoff_of(family f, std::uint64_t all) const;

  database& database_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool nudged_ = false;
  std::atomic<bool> stopping_{false};
  std::thread thread_; ///< last: it uses the rest
};

} // namespace postroom::storage::embedded
