#include "app/ready_file.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace postroom::app {

result<void> write_ready_file(const std::filesystem::path& file, const std::string& url, const std::string& token) {
  const boost::json::object content{{"url", url}, {"token", token}, {"pid", ::getpid()}};
  const auto text = boost::json::serialize(content) + '\n';
  const auto draft = file.string() + ".new";
  const int fd = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  const bool written = fd >= 0 && ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int reason = errno;
  if (fd >= 0)
    ::close(fd);
  if (!written)
    return fail(errc::invalid_argument, "cannot write " + draft + ": " + std::strerror(reason));
  std::error_code failed;
  std::filesystem::rename(draft, file, failed);
  if (failed)
    return fail(errc::invalid_argument, "cannot write " + file.string() + ": " + failed.message());
  return {};
}

} // namespace postroom::app
