#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

/// Completion token of coroutines that take failures as values:
/// `const auto [failure, count] = co_await stream.async_read_some(buffer, as_values)`.
namespace postroom::net {

inline constexpr auto as_values = boost::asio::as_tuple(boost::asio::use_awaitable);

} // namespace postroom::net
