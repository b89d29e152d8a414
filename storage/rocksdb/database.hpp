#pragma once

#include "storage/rocksdb/rocksdb_store.hpp"
#include "storage/rocksdb/wal_watch.hpp"

#include <rocksdb/db.h>

#include <array>
#include <atomic>
#include <memory>
#include <optional>

namespace postroom::storage::embedded {

enum class family : std::size_t { records, streams, bodies, batches };
inline constexpr std::size_t family_count = 4;

/// What a failed write means.
struct write_failure {
  bool unknown = false; ///< it may be on disk; else it certainly did not happen
  error why;
};

/// RocksDB as Postroom uses it: opened, with its column families, and written with a known outcome. Reading is
/// thread-safe; `write` is for one thread.
class database {
public:
  [[nodiscard]] static result<std::unique_ptr<database>> open(const rocksdb_options& options, const clock& time);
  ~database();
  database(const database&) = delete;
  database& operator=(const database&) = delete;

  /// Writes all or nothing; with `sync` it is on disk afterwards. After a failure it tries to recover (see
  /// limits::store_resume_pause) before the next write.
  [[nodiscard]] std::optional<write_failure> write(rocksdb::WriteBatch& what, bool sync);

  [[nodiscard]] rocksdb::DB& db() const noexcept { return *db_; }
  [[nodiscard]] rocksdb::ColumnFamilyHandle* in(family f) const noexcept {
    return handles_[static_cast<std::size_t>(f)];
  }

private:
  database() = default;
  [[nodiscard]] result<void> check_format();
  [[nodiscard]] std::optional<write_failure> recover();

  std::shared_ptr<wal_watch> watch_;
  std::unique_ptr<rocksdb::Env> env_;
  std::unique_ptr<rocksdb::DB> db_;
  std::array<rocksdb::ColumnFamilyHandle*, family_count> handles_{};
  std::optional<error> failed_; ///< why the last write failed; nothing when the store is well
  mono_time retry_at_{};
  const clock* clock_ = nullptr;
};

/// RocksDB's failure in our words.
[[nodiscard]] error to_error(const rocksdb::Status& status);

} // namespace postroom::storage::embedded
