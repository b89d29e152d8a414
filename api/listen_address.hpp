#pragma once

#include "base/result.hpp"

#include <boost/asio/ip/tcp.hpp>

#include <string_view>

namespace postroom::api {

/// `127.0.0.1:8025`, `[::1]:8025`, `localhost:0`: an IP address, never a name to be looked up.
[[nodiscard]] result<boost::asio::ip::tcp::endpoint> parse_listen_address(std::string_view text);
/// Also of IPv4 addresses written as IPv6.
[[nodiscard]] bool is_loopback(const boost::asio::ip::address& address) noexcept;

} // namespace postroom::api
