#include "storage/rocksdb/directory_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace postroom::storage::embedded {

result<directory_lock> directory_lock::take(const std::filesystem::path& directory) {
  directory_lock lock;
  lock.fd_ = ::open((directory / "owner.lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock.fd_ >= 0 && ::flock(lock.fd_, LOCK_EX | LOCK_NB) == 0)
    return lock;
  const int why = errno;
  if (lock.fd_ >= 0 && why == EWOULDBLOCK)
    return fail(errc::store_unavailable, "the store in " + directory.string() + " is in use by another process");
  return fail(why == ENOSPC ? errc::disk_full : errc::store_unavailable,
              "the store in " + directory.string() + " cannot be locked: " + std::strerror(why));
}

directory_lock::~directory_lock() {
  if (fd_ >= 0)
    ::close(fd_);
}

} // namespace postroom::storage::embedded
