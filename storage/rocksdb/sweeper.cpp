#include "storage/rocksdb/sweeper.hpp"

#include "base/limits.hpp"
#include "base/log.hpp"

#include <rocksdb/file_system.h>

#include <pthread.h>

#include <algorithm>

namespace postroom::storage::embedded {
namespace {

/// The oldest half of the files is where the garbage is: mail expires in the order it came.
constexpr double cutoff_max = 0.5;

} // namespace

double cutoff_for(std::uint64_t all, std::uint64_t free) noexcept {
  return std::min(cutoff_max, static_cast<double>(free) / 2 / static_cast<double>(std::max<std::uint64_t>(all, 1)));
}

sweeper::~sweeper() {
  {
    std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void sweeper::nudge() {
  {
    std::lock_guard lock{mutex_};
    nudged_ = true;
  }
  wake_.notify_one();
}

void sweeper::run() {
  ::pthread_setname_np(::pthread_self(), "store-sweeper");
  while (true) {
    std::unique_lock lock{mutex_};
    wake_.wait(lock, [&] { return nudged_ || stopping_; });
    if (stopping_)
      return;
    nudged_ = false;
    lock.unlock();
    sweep(family::records);
    sweep(family::bodies);
  }
}

void sweeper::sweep(family f) {
  const database::usage using_it{database_};
  if (!using_it)
    return;
  auto& db = database_.db();
  std::uint64_t all = 0;
  std::uint64_t garbage = 0;
  if (!db.GetIntProperty(database_.in(f), rocksdb::DB::Properties::kLiveBlobFileSize, &all) ||
      !db.GetIntProperty(database_.in(f), rocksdb::DB::Properties::kLiveBlobFileGarbageSize, &garbage) ||
      garbage < limits::sweep_bytes_min || garbage / limits::sweep_garbage_percent_min < all / 100)
    return;
  const auto cutoff = cutoff_of(f, all);
  if (cutoff == 0)
    return;
  rocksdb::CompactRangeOptions how;
  how.exclusive_manual_compaction = false;
  how.canceled = &stopping_;
  how.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  how.blob_garbage_collection_policy = rocksdb::BlobGarbageCollectionPolicy::kForce;
  how.blob_garbage_collection_age_cutoff = cutoff;
  // Failing costs nothing but space; the next collection tries again.
  db.CompactRange(how, database_.in(f), nullptr, nullptr).PermitUncheckedError();
}

double sweeper::cutoff_of(family f, std::uint64_t all) const {
  const auto& db = database_.db();
  std::uint64_t free = 0;
  if (!db.GetFileSystem()->GetFreeSpace(db.GetName(), {}, &free, nullptr).ok())
    return cutoff_max;
  const auto cutoff = cutoff_for(all, free);
  std::uint64_t files = 0;
  // RocksDB counts whole files. Fewer than two have no older half; that is no matter of space.
  if (cutoff == cutoff_max ||
      !database_.db().GetIntProperty(database_.in(f), rocksdb::DB::Properties::kNumBlobFiles, &files) ||
      cutoff * static_cast<double>(files) >= 1)
    return cutoff;
  log::warning("store.not_swept", {{"free_bytes", free}, {"value_bytes", all}});
  return 0;
}

} // namespace postroom::storage::embedded
