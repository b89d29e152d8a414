#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace postroom::test {

/// Passes connections on to a port of 127.0.0.1, byte by byte, and keeps what is said on them: how a test learns the
/// secrets of a conversation. For servers that speak in the clear. Keeps everything; throws when there is no port.
/// Thread-safe; has a thread of its own.
class wiretap {
public:
  explicit wiretap(std::uint16_t target);
  wiretap(const wiretap&) = delete;
  wiretap& operator=(const wiretap&) = delete;
  ~wiretap(); ///< ends all connections

  [[nodiscard]] std::uint16_t port() const;
  /// Of each connection what the client has said so far, and what the server has.
  [[nodiscard]] std::vector<std::string> heard() const;

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace postroom::test
