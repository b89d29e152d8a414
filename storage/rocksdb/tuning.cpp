#include "storage/rocksdb/tuning.hpp"

#include "base/limits.hpp"
#include "storage/rocksdb/layout.hpp"

#include <rocksdb/cache.h>
#include <rocksdb/compaction_filter.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>
#include <rocksdb/utilities/table_properties_collectors.h>
#include <rocksdb/write_buffer_manager.h>

#include <algorithm>

namespace postroom::storage::embedded {
namespace {

using limits::kib;
using limits::mib;

/// Drops batch ids when compaction passes by and they are old enough: no work of its own.
class old_batch_ids final : public rocksdb::CompactionFilter {
public:
  explicit old_batch_ids(const clock& time) : clock_(time) {}
  [[nodiscard]] const char* Name() const override { return "PostroomOldBatchIds"; }
  bool Filter(int, const rocksdb::Slice&, const rocksdb::Slice& value, std::string*, bool*) const override {
    const auto row = decode_batch_row(value.ToStringView());
    const auto oldest = std::chrono::floor<std::chrono::milliseconds>(clock_.now() - limits::batch_id_retention);
    return row && row->written_ms < oldest.time_since_epoch().count();
  }

private:
  const clock& clock_;
};

class old_batch_ids_factory final : public rocksdb::CompactionFilterFactory {
public:
  explicit old_batch_ids_factory(const clock& time) : clock_(time) {}
  [[nodiscard]] const char* Name() const override { return "PostroomOldBatchIdsFactory"; }
  std::unique_ptr<rocksdb::CompactionFilter>
  CreateCompactionFilter(const rocksdb::CompactionFilter::Context&) override {
    return std::make_unique<old_batch_ids>(clock_);
  }

private:
  const clock& clock_;
};

std::size_t memtable_bytes(std::size_t memory_bytes_max) {
  return memory_bytes_max / 3 * 2;
}

std::shared_ptr<rocksdb::TableFactory> table(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions options;
  options.block_cache = cache;
  // Indexes and filters count against the cache, so memory stays bounded however much is stored.
  options.cache_index_and_filter_blocks = true;
  options.cache_index_and_filter_blocks_with_high_priority = true;
  options.pin_l0_filter_and_index_blocks_in_cache = true;
  options.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  options.format_version = 5;
  options.checksum = rocksdb::kXXH3;
  options.block_size = 8 * kib;
  return std::shared_ptr<rocksdb::TableFactory>(rocksdb::NewBlockBasedTableFactory(options));
}

rocksdb::ColumnFamilyOptions family_options(std::size_t memtable_bytes_max,
                                            const std::shared_ptr<rocksdb::TableFactory>& tables) {
  rocksdb::ColumnFamilyOptions options;
  options.table_factory = tables;
  options.write_buffer_size = memtable_bytes_max;
  options.max_write_buffer_number = 2;
  options.arena_block_size = std::clamp<std::size_t>(memtable_bytes_max / 16, 16 * kib, 256 * kib);
  // Compressing costs more CPU than a catch-up may take, and files of one compression move down levels unread.
  options.compression = rocksdb::kNoCompression;
  options.target_file_size_base = 8 * mib;
  options.max_bytes_for_level_base = 64 * mib;
  options.level_compaction_dynamic_level_bytes = true;
  // Most lookups are for what is not there (is this message new?): answered without walking the memtable.
  options.memtable_whole_key_filtering = true;
  options.memtable_prefix_bloom_size_ratio = 0.02;
  return options;
}

/// Compaction then moves keys only. Its garbage is the sweeper's work. Streams do without: their keys come in order, so
/// that their files are seldom rewritten anyway.
void keep_values_apart(rocksdb::ColumnFamilyOptions& options) {
  options.enable_blob_files = true;
  options.min_blob_size = kib;
  options.blob_file_size = 64 * mib;
  options.blob_compression_type = rocksdb::kNoCompression;
}

} // namespace

rocksdb::DBOptions database_options(std::size_t memory_bytes_max, rocksdb::Env* env) {
  rocksdb::DBOptions options;
  options.env = env;
  options.create_if_missing = true;
  options.create_missing_column_families = true;
  options.write_buffer_manager = std::make_shared<rocksdb::WriteBufferManager>(memtable_bytes(memory_bytes_max));
  options.max_open_files = 256;
  options.max_background_jobs = 2;
  options.max_total_wal_size = 64 * mib;
  options.bytes_per_sync = mib;
  // A torn end is what a crash leaves behind; what was acknowledged lies before it.
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  options.track_and_verify_wals_in_manifest = true;
  // One writer thread: nothing to be gained from concurrency in the memtable.
  options.allow_concurrent_memtable_write = false;
  options.enable_write_thread_adaptive_yield = false;
  // The writer opens the store anew, see database::recover.
  options.max_bgerror_resume_count = 0;
  options.info_log_level = rocksdb::WARN_LEVEL;
  options.keep_log_file_num = 2;
  options.max_log_file_size = mib;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.max_manifest_file_size = 16 * mib;
  return options;
}

std::vector<rocksdb::ColumnFamilyDescriptor> families(std::size_t memory_bytes_max, const clock& time) {
  rocksdb::LRUCacheOptions cache_options;
  cache_options.capacity = memory_bytes_max / 3;
  cache_options.num_shard_bits = 1;
  const auto tables = table(rocksdb::NewLRUCache(cache_options));
  const auto memtable = memtable_bytes(memory_bytes_max) / 4;

  auto records = family_options(memtable, tables);
  keep_values_apart(records);
  auto streams = family_options(memtable, tables);
  auto bodies = family_options(memtable, tables);
  keep_values_apart(bodies);
  bodies.table_properties_collector_factories.push_back(rocksdb::NewCompactOnDeletionCollectorFactory(8192, 4096));
  auto batches = family_options(memtable / 4, tables);
  batches.compaction_filter_factory = std::make_shared<old_batch_ids_factory>(time);
  return {{rocksdb::kDefaultColumnFamilyName, records}, {"streams", streams}, {"bodies", bodies}, {"batches", batches}};
}

} // namespace postroom::storage::embedded
