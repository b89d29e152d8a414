#pragma once

#include "storage/rocksdb/rocksdb_store.hpp"

#include <rocksdb/file_system.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>

namespace postroom::storage::embedded {

/// Tells whether a failed write had reached the write-ahead log. RocksDB answers alike whatever failed, yet before that
/// nothing has happened, and after it – in the sync, or when the logs are listed in the manifest – recovery may find
/// it. Also slows and fails steps for tests.
class wal_watch {
public:
  wal_watch(std::chrono::milliseconds sync_delay, std::function<int(wal_step)> fault)
      : sync_delay_(sync_delay), fault_(std::move(fault)) {}

  void begin_write() noexcept { appended_ = false; }
  /// Whether the log took all that was appended since. A write of which it refused a part is torn there, hence nothing.
  [[nodiscard]] bool appended() const noexcept { return appended_; }

  [[nodiscard]] rocksdb::IOStatus before(wal_step step) const;
  void append_ended(const rocksdb::IOStatus& how) noexcept { appended_ = how.ok(); }

private:
  std::chrono::milliseconds sync_delay_;
  std::function<int(wal_step)> fault_;
  std::atomic<bool> appended_{false};
};

/// `base` with every log file it writes under `watch`.
[[nodiscard]] std::shared_ptr<rocksdb::FileSystem> watch_wal(std::shared_ptr<rocksdb::FileSystem> base,
                                                             std::shared_ptr<wal_watch> watch);

} // namespace postroom::storage::embedded
