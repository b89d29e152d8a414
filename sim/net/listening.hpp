#pragma once

#include "base/result.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_set>

namespace postroom::sim {

/// A port of 127.0.0.1 that can be closed for a while. Not thread-safe.
class listener {
public:
  using handler = std::function<void(boost::asio::ip::tcp::socket)>;

  explicit listener(boost::asio::io_context& io) : io_(io) {}
  listener(const listener&) = delete;
  listener& operator=(const listener&) = delete;
  ~listener() { close(); }

  /// Reserves the port; 0: any free one. Whoever connects waits until serve(). `connect_failed` when it is taken.
  [[nodiscard]] result<void> open(std::uint16_t port);
  /// Hands each connection on, several for one wake-up, from the context's thread. Must not block.
  void serve(handler take);
  /// New connections are refused from now on; those waiting are lost.
  void close();
  /// On the same port as before, and serves as before. `connect_failed` when somebody else took it meanwhile.
  [[nodiscard]] result<void> reopen();

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] bool listening() const noexcept { return acceptor_ != nullptr; }

private:
  boost::asio::io_context& io_;
  std::shared_ptr<boost::asio::ip::tcp::acceptor> acceptor_; ///< shared with the coroutine that accepts
  handler take_;
  std::uint16_t port_ = 0;
};

/// Connections that somebody else serves, so that all can be cut at once. Costs a descriptor each. Not thread-safe.
class cuttable_connections {
public:
  /// From construction to destruction the connection can be cut.
  class entry {
  public:
    entry(cuttable_connections& all, boost::asio::ip::tcp::socket& socket);
    ~entry();
    entry(const entry&) = delete;
    entry& operator=(const entry&) = delete;

  private:
    cuttable_connections& all_;
    int descriptor_; ///< a duplicate: the original's number may be reused while this lives; -1: none
  };

  /// In both directions; the descriptors are their owners' to close.
  void cut_all();
  [[nodiscard]] std::size_t size() const noexcept { return descriptors_.size(); }

private:
  std::unordered_set<int> descriptors_;
};

} // namespace postroom::sim
