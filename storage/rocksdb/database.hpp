#pragma once

#include "storage/rocksdb/directory_lock.hpp"
#include "storage/rocksdb/rocksdb_store.hpp"
#include "storage/rocksdb/wal_watch.hpp"

#include <rocksdb/db.h>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>

namespace postroom::storage::embedded {

enum class family : std::size_t { records, streams, bodies, batches };
inline constexpr std::size_t family_count = 4;

/// What a failed write means.
struct write_failure {
  bool unknown = false; ///< it may be on disk; else it certainly did not happen
  error why;
};

/// RocksDB as Postroom uses it: opened, with its column families, and written with a known outcome. One thread, the
/// writer's, may call recover() and write() and read as it likes; all others read while they hold a `usage`.
class database {
public:
  /// `time` must outlive it.
  [[nodiscard]] static result<std::unique_ptr<database>> open(const rocksdb_options& options, const clock& time);
  ~database();
  database(const database&) = delete;
  database& operator=(const database&) = delete;

  /// Writes all or nothing; with `sync` it is on disk afterwards. After a failure nothing is to be written, and little
  /// can be relied on, until recover() has succeeded.
  [[nodiscard]] std::optional<write_failure> write(rocksdb::WriteBatch& what, bool sync);

  enum class state : std::uint8_t { well, reopened, failed };
  /// Once writing has failed: tries, at most every limits::store_resume_pause, whether the disk takes data again, and
  /// if so opens the store anew, as after a crash. A failed log is thus never written on, and what a failed sync left
  /// behind is decided by what the disk holds. Reading goes on meanwhile, wherever that is possible.
  [[nodiscard]] state recover();
  /// Why the last write failed.
  [[nodiscard]] const error& why_failed() const { return *failed_; }

  /// Keeps the store from being opened anew while somebody reads. Hold it briefly.
  class usage {
  public:
    explicit usage(const database& of) : lock_(of.swapping_), open_(of.db_ != nullptr) {}
    /// False while the store could not be opened anew: there is nothing to read from.
    explicit operator bool() const noexcept { return open_; }

  private:
    std::shared_lock<std::shared_mutex> lock_;
    bool open_;
  };

  [[nodiscard]] rocksdb::DB& db() const noexcept { return *db_; }
  [[nodiscard]] rocksdb::ColumnFamilyHandle* in(family f) const noexcept {
    return handles_[static_cast<std::size_t>(f)];
  }

private:
  database(const rocksdb_options& options, const clock& time);
  enum class opening : std::uint8_t { for_all, for_reading };
  [[nodiscard]] result<void> open_files(opening what);
  void close_files();
  [[nodiscard]] result<void> check_format();
  /// Whether a file of this size can be written where the store is.
  [[nodiscard]] result<void> try_disk(std::uint64_t bytes);

  rocksdb_options options_;
  directory_lock lock_;
  const clock& clock_;
  std::shared_ptr<wal_watch> watch_;
  std::unique_ptr<rocksdb::Env> env_;
  mutable std::shared_mutex swapping_;
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, family_count> handles_{};
  std::optional<error> failed_;      ///< why the last write failed; nothing when the store is well
  bool in_doubt_ = false;            ///< since then a write may be on disk of which nobody was told so
  std::uint64_t memtable_bytes_ = 0; ///< what opening anew has to write from the log to tables
  mono_time retry_at_{};
};

/// RocksDB's failure in our words.
[[nodiscard]] error to_error(const rocksdb::Status& status);

} // namespace postroom::storage::embedded
