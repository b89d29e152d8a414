#include "app/systemd_notify.hpp"

#include "base/log.hpp"

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace postroom::app {
namespace {

std::optional<std::uint64_t> number(const std::optional<std::string>& text) {
  std::uint64_t out = 0;
  if (!text)
    return std::nullopt;
  const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), out);
  if (failed != std::errc{} || end != text->data() + text->size())
    return std::nullopt;
  return out;
}

/// `/run/systemd/notify` or `@abstract`; empty for what we cannot send to (vsock is for virtual machines).
std::string socket_address(std::string name) {
  if (name.size() < 2 || name.size() >= sizeof(sockaddr_un::sun_path) || (name[0] != '/' && name[0] != '@'))
    return {};
  if (name[0] == '@')
    name[0] = '\0';
  return name;
}

int open_socket() {
  const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  // A full queue at systemd's end must not hold us for ever.
  const timeval patience{1, 0};
  if (fd >= 0)
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  return fd;
}

} // namespace

systemd_notify::systemd_notify(const variables& environment) {
  const auto name = environment("NOTIFY_SOCKET");
  if (!name || name->empty())
    return;
  address_ = socket_address(*name);
  if (address_.empty()) {
    log::warning("systemd.socket_not_supported", {{"socket", *name}});
    return;
  }
  socket_ = open_socket();
  const auto usec = number(environment("WATCHDOG_USEC"));
  const auto pid = environment("WATCHDOG_PID");
  // The variables may be meant for the process that started us.
  if (usec && *usec > 1 && (!pid || number(pid) == static_cast<std::uint64_t>(::getpid())))
    watchdog_period_ = std::chrono::microseconds{*usec / 2};
}

systemd_notify::~systemd_notify() {
  if (socket_ >= 0)
    ::close(socket_);
}

void systemd_notify::ready(std::string_view status) {
  last_status_ = status;
  send("READY=1\nSTATUS=" + last_status_);
}

void systemd_notify::status(std::string_view line) {
  if (line == last_status_)
    return;
  last_status_ = line;
  send("STATUS=" + last_status_);
}

void systemd_notify::alive() {
  send("WATCHDOG=1");
}

void systemd_notify::stopping() {
  send("STOPPING=1");
}

void systemd_notify::send(std::string_view message) {
  if (socket_ < 0)
    return;
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, address_.data(), address_.size());
  // The length counts: an abstract name has no end of its own.
  const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  ssize_t sent = -1;
  do
    sent =
        ::sendto(socket_, message.data(), message.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&to), length);
  while (sent < 0 && errno == EINTR);
  if (sent < 0 && !std::exchange(complained_, true))
    log::warning("systemd.not_told", {{"reason", std::strerror(errno)}});
  else if (sent >= 0)
    complained_ = false;
}

} // namespace postroom::app
