#pragma once

#include <cstdint>
#include <vector>

namespace postroom::net::test {

/// A port of 127.0.0.1 where somebody listens but takes nobody: its queue is full, so that connecting never ends.
class full_listener {
public:
  full_listener();
  full_listener(const full_listener&) = delete;
  full_listener& operator=(const full_listener&) = delete;
  ~full_listener();
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

private:
  std::vector<int> sockets_;
  std::uint16_t port_ = 0;
};

} // namespace postroom::net::test
