#pragma once

#include "base/clock.hpp"
#include "storage/store.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>

namespace rocksdb {
class FileSystem;
}

namespace postroom::storage {

/// A step of writing the write-ahead log, for fault injection.
enum class wal_step : std::uint8_t { append, sync };

struct rocksdb_options {
  std::filesystem::path directory; ///< created (mode 0700) when missing
  /// Memtables and block cache together: two thirds are memtables. Bounded, whatever the number of mailboxes.
  std::size_t memory_bytes_max = 24 * 1024 * 1024;
  std::size_t read_threads = 2;
  /// Slows each sync of the log, so that tests can show what waits for it.
  std::chrono::milliseconds sync_delay_for_test{0};
  /// Called before each step on the log; a number other than 0 fails the step with this errno. Tests only.
  std::function<int(wal_step)> fault_for_test;
  /// Where the files lie, instead of the machine's file system. Tests only.
  std::shared_ptr<rocksdb::FileSystem> files_for_test;
};

/// Opens (or creates) the embedded store. One writer thread groups waiting commits into one synced write; reads run on
/// `read_threads`. Completions run on these threads; only what is refused at once (malformed, queue full, stopping) is
/// answered on the caller's thread. The destructor answers everything that waits, then flushes; it must not run on a
/// storage thread. `time` must outlive the store.
///
/// Errors: `store_unavailable` (locked by another process, unreadable), `store_corrupt` (damaged, or of a format this
/// program does not know), `disk_full`.
[[nodiscard]] result<std::unique_ptr<store>> open_rocksdb_store(rocksdb_options options, const clock& time);

} // namespace postroom::storage
