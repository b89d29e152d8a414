#pragma once

#include "storage/rocksdb/database.hpp"
#include "storage/rocksdb/layout.hpp"
#include "storage/rocksdb/overlay_cache.hpp"

#include <rocksdb/write_batch.h>

#include <array>
#include <cstdint>
#include <unordered_map>

namespace postroom::storage::embedded {

/// An answer that holds if and when the group is written; `depends` is false when it changes nothing and rests on
/// nothing of this group.
template <class T>
struct provisional {
  T answer;
  bool depends = false;
};

/// What a write batch answers to an addition is told again, with all else, when the batch is written.
inline void added(const rocksdb::Status& status) {
  status.PermitUncheckedError();
}

/// Decides what requests do, against the database and what the group being built has changed already, and gathers the
/// changes in one write. Belongs to the writer thread.
class ledger {
public:
  ledger(database& in, const clock& time);

  /// To be asked before each group: why nothing can be written now, after a failure that lasts.
  [[nodiscard]] std::optional<error> recover();

  /// Reads the shards' epochs. Once, before anything else.
  [[nodiscard]] result<void> load();

  [[nodiscard]] provisional<commit_result> apply(const batch& what);
  [[nodiscard]] provisional<result<outcome>> resolve(const batch_id& id);
  [[nodiscard]] provisional<result<std::vector<fence>>> claim(const std::vector<shard_id>& shards);
  [[nodiscard]] provisional<result<void>> stage(const blob_id& blob, std::uint32_t index, const std::string& bytes);

  struct collected {
    std::size_t bodies = 0;
    std::string next; ///< where the next slice begins; empty: all done
  };
  /// Drops one slice of the bodies that nothing refers to, from `from` (empty: the first) on. Sees only what is
  /// written: call it on an empty group.
  [[nodiscard]] provisional<result<collected>> collect(const std::string& from, std::int64_t staged_before_ms);

  /// Writes the group and begins a new one. After a failure nothing of the group is remembered.
  [[nodiscard]] std::optional<write_failure> write();
  [[nodiscard]] bool synced() const noexcept { return sync_; }

private:
  enum class step : std::uint8_t { done, conflict, broken };

  step perform(const put& op, commit_result& into);
  step perform(const put_if_absent& op, commit_result& into);
  step perform(const erase& op, commit_result& into);
  step perform(const assert_revision& op, commit_result& into);
  step perform(const append& op, commit_result& into);
  step perform(const reference_body& op, commit_result& into);
  step perform(const release_body& op, commit_result& into);

  [[nodiscard]] std::optional<revision> revision_of(const record_key& key);
  [[nodiscard]] const std::uint64_t* head_of(const std::string& stream);
  /// Null when the database cannot be read; a row without value: no such body.
  [[nodiscard]] const std::optional<body_row>* body_of(const blob_id& blob);
  /// The same, except that an inline body need not be told from none: both may be written over.
  [[nodiscard]] const std::optional<body_row>* body_row_of(const blob_id& blob);
  [[nodiscard]] result<std::optional<batch_state>> state_of(const batch_id& id);

  void write_record(const record_key& key, revision rev, shard_id shard, std::string_view value);
  void write_body(const blob_id& blob, body_row row);
  void remember(const batch_id& id, batch_state state);
  void settle();
  void rollback();
  void forget();
  [[nodiscard]] bool broken(const rocksdb::Status& status);
  [[nodiscard]] std::int64_t now_ms() const { return clock_.now().time_since_epoch().count(); }

  database& database_;
  const clock& clock_;
  rocksdb::WriteBatch writes_;
  bool sync_ = false;
  error broken_; ///< why the last read failed

  overlay_cache<std::string, revision> revisions_; ///< by stored key
  overlay_cache<std::string, std::uint64_t> heads_;
  overlay_cache<blob_id, std::optional<body_row>> bodies_;
  std::unordered_map<batch_id, batch_state> group_ids_;
  std::array<shard_epoch, shard_count> epochs_{};
  std::string key_;             ///< the stored key being worked on
  std::optional<body_row> row_; ///< what body_row_of() read last
};

} // namespace postroom::storage::embedded
