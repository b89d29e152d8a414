#pragma once

#include "base/result.hpp"

#include <filesystem>
#include <utility>

namespace postroom::storage::embedded {

/// Keeps other processes away from a store for as long as it lives. RocksDB's own lock is not enough: it ends whenever
/// the store is closed to be opened anew, and whoever came in then would fence off its owner for good.
class directory_lock {
public:
  /// `store_unavailable` when somebody else holds it or it cannot be taken.
  [[nodiscard]] static result<directory_lock> take(const std::filesystem::path& directory);

  directory_lock() = default;
  directory_lock(directory_lock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  directory_lock& operator=(directory_lock&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~directory_lock();

private:
  int fd_ = -1;
};

} // namespace postroom::storage::embedded
