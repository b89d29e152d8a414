#pragma once

#include <rocksdb/file_system.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>

namespace postroom::storage {

/// A disk that is smaller than it looks: logs, tables and values share `bytes_max`. Or one on which files whose path
/// contains `broken` take nothing.
class small_disk final : public rocksdb::FileSystemWrapper {
public:
  struct state {
    std::atomic<std::uint64_t> bytes{0};
    std::atomic<std::uint64_t> bytes_max{std::numeric_limits<std::uint64_t>::max()};
    std::atomic<const char*> broken{nullptr};
  };

  small_disk() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  [[nodiscard]] state& now() { return *state_; }

  [[nodiscard]] const char* Name() const override { return "PostroomSmallDisk"; }
  rocksdb::IOStatus NewWritableFile(const std::string& name, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* made,
                                    rocksdb::IODebugContext* debug) override {
    auto how = FileSystemWrapper::NewWritableFile(name, options, made, debug);
    if (how.ok())
      *made = std::make_unique<file>(std::move(*made), name, state_);
    return how;
  }
  rocksdb::IOStatus DeleteFile(const std::string& name, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    std::uint64_t bytes = 0;
    const bool counted = counts(name) && GetFileSize(name, options, &bytes, debug).ok();
    auto how = FileSystemWrapper::DeleteFile(name, options, debug);
    if (how.ok() && counted)
      state_->bytes -= std::min(bytes, state_->bytes.load());
    return how;
  }

private:
  static bool counts(const std::string& name) {
    return name.ends_with(".log") || name.ends_with(".sst") || name.ends_with(".blob");
  }

  class file final : public rocksdb::FSWritableFileOwnerWrapper {
  public:
    file(std::unique_ptr<rocksdb::FSWritableFile> real, std::string name, std::shared_ptr<state> disk)
        : FSWritableFileOwnerWrapper(std::move(real)), name_(std::move(name)), disk_(std::move(disk)) {}
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             rocksdb::IODebugContext* debug) override {
      auto how = take(data.size());
      return how.ok() ? FSWritableFileOwnerWrapper::Append(data, options, debug) : how;
    }
    rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                             const rocksdb::DataVerificationInfo& info, rocksdb::IODebugContext* debug) override {
      auto how = take(data.size());
      return how.ok() ? FSWritableFileOwnerWrapper::Append(data, options, info, debug) : how;
    }

  private:
    rocksdb::IOStatus take(std::uint64_t bytes) {
      const char* broken = disk_->broken;
      if (broken && name_.find(broken) != std::string::npos)
        return rocksdb::IOStatus::IOError("broken for the test");
      if (!counts(name_))
        return rocksdb::IOStatus::OK();
      if (disk_->bytes + bytes > disk_->bytes_max)
        return rocksdb::IOStatus::NoSpace("full for the test");
      disk_->bytes += bytes;
      return rocksdb::IOStatus::OK();
    }

    std::string name_;
    std::shared_ptr<state> disk_;
  };

  std::shared_ptr<state> state_ = std::make_shared<state>();
};

} // namespace postroom::storage
