#include "storage/rocksdb/sweeper.hpp"

#include "base/limits.hpp"

#include <pthread.h>

namespace postroom::storage::embedded {

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
  rocksdb::CompactRangeOptions how;
  how.exclusive_manual_compaction = false;
  how.canceled = &stopping_;
  how.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
  how.blob_garbage_collection_policy = rocksdb::BlobGarbageCollectionPolicy::kForce;
  // The oldest half of the files is where the garbage is: mail expires in the order it came.
  how.blob_garbage_collection_age_cutoff = 0.5;
  // Failing costs nothing but space; the next collection tries again.
  db.CompactRange(how, database_.in(f), nullptr, nullptr).PermitUncheckedError();
}

} // namespace postroom::storage::embedded
