#include "storage/rocksdb/wal_watch.hpp"

#include <cerrno>
#include <cstring>
#include <thread>

namespace postroom::storage::embedded {
namespace {

/// Every failure of the log is worth another try once its cause is gone; without this mark RocksDB stays read-only.
rocksdb::IOStatus retryable(rocksdb::IOStatus how) {
  if (!how.ok())
    how.SetRetryable(true);
  return how;
}

/// A log that failed once takes nothing any more: what a caller was told is not written must not be written later.
class watched_file final : public rocksdb::FSWritableFileOwnerWrapper {
public:
  watched_file(std::unique_ptr<rocksdb::FSWritableFile> file, std::shared_ptr<wal_watch> watch)
      : FSWritableFileOwnerWrapper(std::move(file)), watch_(std::move(watch)) {}

  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
    return append([&] { return FSWritableFileOwnerWrapper::Append(data, options, debug); });
  }
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           const rocksdb::DataVerificationInfo& info, rocksdb::IODebugContext* debug) override {
    return append([&] { return FSWritableFileOwnerWrapper::Append(data, options, info, debug); });
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
    auto how = watch_->before(wal_step::sync);
    if (how.ok())
      how = FSWritableFileOwnerWrapper::Sync(options, debug);
    return retryable(how);
  }
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options, rocksdb::IODebugContext* debug) override {
    auto how = watch_->before(wal_step::sync);
    if (how.ok())
      how = FSWritableFileOwnerWrapper::Fsync(options, debug);
    return retryable(how);
  }

private:
  template <class Append>
  rocksdb::IOStatus append(Append inner) {
    if (failed_.ok())
      failed_ = watch_->before(wal_step::append);
    if (failed_.ok())
      failed_ = inner();
    watch_->append_ended(failed_);
    return retryable(failed_);
  }

  std::shared_ptr<wal_watch> watch_;
  rocksdb::IOStatus failed_;
};

class watched_file_system final : public rocksdb::FileSystemWrapper {
public:
  watched_file_system(const std::shared_ptr<rocksdb::FileSystem>& base, std::shared_ptr<wal_watch> watch)
      : FileSystemWrapper(base), watch_(std::move(watch)) {}

  [[nodiscard]] const char* Name() const override { return "PostroomWalWatch"; }

  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    auto how = FileSystemWrapper::NewWritableFile(name, options, file, debug);
    if (how.ok() && name.ends_with(".log"))
      *file = std::make_unique<watched_file>(std::move(*file), watch_);
    return how;
  }

private:
  std::shared_ptr<wal_watch> watch_;
};

} // namespace

rocksdb::IOStatus wal_watch::before(wal_step step) const {
  if (step == wal_step::sync && sync_delay_.count() > 0)
    std::this_thread::sleep_for(sync_delay_);
  const int fault = fault_ ? fault_(step) : 0;
  if (fault == 0)
    return rocksdb::IOStatus::OK();
  return fault == ENOSPC ? rocksdb::IOStatus::NoSpace(std::strerror(fault))
                         : rocksdb::IOStatus::IOError(std::strerror(fault));
}

std::shared_ptr<rocksdb::FileSystem> watch_wal(std::shared_ptr<rocksdb::FileSystem> base,
                                               std::shared_ptr<wal_watch> watch) {
  return std::make_shared<watched_file_system>(base, std::move(watch));
}

} // namespace postroom::storage::embedded
