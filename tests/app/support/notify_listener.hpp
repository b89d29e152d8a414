#pragma once

#include "app/systemd_notify.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstddef>
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace postroom::app::test {

/// The end of the socket that systemd holds. `name` as in NOTIFY_SOCKET.
class notify_listener {
public:
  explicit notify_listener(const std::string& name) : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    std::memcpy(at.sun_path, name.data(), name.size());
    if (name[0] == '@')
      at.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(::bind(fd_, reinterpret_cast<const sockaddr*>(&at), length), 0) << std::strerror(errno);
  }
  ~notify_listener() { ::close(fd_); }
  notify_listener(const notify_listener&) = delete;
  notify_listener& operator=(const notify_listener&) = delete;

  /// The next message that has arrived; empty when there is none. Sending is done when send returns: no need to wait.
  std::string next() const {
    char buffer[1024];
    const auto got = ::recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
    return got > 0 ? std::string{buffer, static_cast<std::size_t>(got)} : std::string{};
  }

private:
  int fd_;
};

/// An environment.
using settings = std::map<std::string, std::string>;

inline systemd_notify::variables from(settings values) {
  return [values = std::move(values)](const std::string& name) {
    const auto found = values.find(name);
    return found == values.end() ? std::nullopt : std::optional{found->second};
  };
}

/// For NOTIFY_SOCKET; nobody else's.
inline std::string abstract_name() {
  return "@postroom-test-" + std::to_string(::getpid());
}

} // namespace postroom::app::test
