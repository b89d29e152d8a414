#pragma once

#include "api/message.hpp"
#include "api/server.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include <memory>
#include <set>

namespace postroom::api {

/// What all connections of a server share. Outlives them.
struct server_context {
  const server_options& options;
  const services& world;
  server_side& side;
  boost::asio::ssl::context* tls; ///< null: plain
};

/// One client. Lives in its coroutine, on one thread; is closed from that thread only.
class connection {
public:
  virtual ~connection() = default;
  /// Waits for a request; nothing is lost by closing it.
  [[nodiscard]] virtual bool between_requests() const noexcept = 0;
  virtual void close() noexcept = 0;
  /// Serves requests until either side has enough.
  virtual boost::asio::awaitable<void> run() = 0;
};

[[nodiscard]] std::unique_ptr<connection> make_connection(const server_context& context,
                                                          boost::asio::ip::tcp::socket socket);

} // namespace postroom::api
