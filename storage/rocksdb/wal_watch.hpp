#pragma once

#include "storage/rocksdb/rocksdb_store.hpp"

#include <rocksdb/file_system.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>

namespace postroom::storage::embedded {

/// Tells whether a failed write failed before or in the sync of the write-ahead log: RocksDB answers both alike, yet
/// after the first nothing has happened and after the second nobody knows. Also slows and fails steps for tests.
class wal_watch {
public:
  wal_watch(std::chrono::milliseconds sync_delay, std::function<int(wal_step)> fault)
      : sync_delay_(sync_delay), fault_(std::move(fault)) {}

  void begin_write() noexcept { sync_failed_ = false; }
  [[nodiscard]] bool sync_failed() const noexcept { return sync_failed_; }

  [[nodiscard]] rocksdb::IOStatus before(wal_step step) const;
  void sync_ended(const rocksdb::IOStatus& how) noexcept {
    if (!how.ok())
      sync_failed_ = true;
  }

private:
  std::chrono::milliseconds sync_delay_;
  std::function<int(wal_step)> fault_;
  std::atomic<bool> sync_failed_{false};
};

/// `base` with every log file it writes under `watch`.
[[nodiscard]] std::shared_ptr<rocksdb::FileSystem> watch_wal(std::shared_ptr<rocksdb::FileSystem> base,
                                                             std::shared_ptr<wal_watch> watch);

} // namespace postroom::storage::embedded
