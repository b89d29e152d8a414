#include "app/private_file.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace postroom::app {
namespace {

std::error_code write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const auto count = ::write(fd, content.data(), content.size());
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return {count < 0 ? errno : EIO, std::generic_category()};
    content.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

} // namespace

result<void> write_private_file(const std::filesystem::path& file, std::string_view content) {
  const auto draft = file.string() + ".new";
  std::error_code ignored;
  std::filesystem::remove(draft, ignored); // one left behind may be open to others
  const int fd = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    return fail(errc::invalid_argument, "cannot write " + draft + ": " + std::strerror(errno));
  auto failed = write_all(fd, content);
  ::close(fd);
  if (!failed)
    std::filesystem::rename(draft, file, failed);
  if (!failed)
    return {};
  std::filesystem::remove(draft, ignored);
  return fail(errc::invalid_argument, "cannot write " + file.string() + ": " + failed.message());
}

} // namespace postroom::app
