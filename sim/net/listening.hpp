#pragma once

#include "base/result.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>

namespace postroom::sim {

/// On 127.0.0.1; port 0: any free one. `connect_failed` when it is taken.
[[nodiscard]] result<boost::asio::ip::tcp::acceptor> listen(boost::asio::io_context& io, std::uint16_t port);

/// Hands each connection on until the acceptor is closed. `serve` must not block.
[[nodiscard]] boost::asio::awaitable<void> accept_for_ever(boost::asio::ip::tcp::acceptor acceptor,
                                                           std::function<void(boost::asio::ip::tcp::socket)> serve);

} // namespace postroom::sim
