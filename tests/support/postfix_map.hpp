#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>

namespace postroom::test {

/// A look-up table for Postfix, `socketmap:inet:127.0.0.1:PORT:NAME`: what it answers can change at any time, and holds
/// for sessions that are open already. A thread of its own serves all connections.
class postfix_map {
public:
  /// The value for a key in the table of that name; nothing: not in it. Called on the map's thread.
  using look_up = std::function<std::optional<std::string>(const std::string& table, const std::string& key)>;

  /// Throws std::runtime_error when it cannot listen.
  explicit postfix_map(look_up answer);
  postfix_map(const postfix_map&) = delete;
  postfix_map& operator=(const postfix_map&) = delete;
  ~postfix_map();

  /// How main.cf names a table.
  [[nodiscard]] std::string table(const std::string& name) const;

private:
  void serve();

  look_up answer_;
  std::uint16_t port_;
  int listener_;
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

} // namespace postroom::test
