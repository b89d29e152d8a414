#include "sim/net/listening.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace postroom::sim {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

namespace {

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

} // namespace

result<tcp::acceptor> listen(asio::io_context& io, std::uint16_t port) {
  boost::system::error_code failure;
  tcp::acceptor acceptor{io};
  const tcp::endpoint endpoint{asio::ip::address_v4::loopback(), port};
  acceptor.open(endpoint.protocol(), failure);
  if (!failure)
    acceptor.set_option(asio::socket_base::reuse_address{true}, failure);
  if (!failure)
    acceptor.bind(endpoint, failure);
  if (!failure)
    acceptor.listen(asio::socket_base::max_listen_connections, failure);
  if (failure)
    return fail(errc::connect_failed, "port " + std::to_string(port) + ": " + failure.message());
  return acceptor;
}

asio::awaitable<void> accept_for_ever(tcp::acceptor acceptor, std::function<void(tcp::socket)> serve) {
  const auto executor = co_await asio::this_coro::executor;
  for (;;) {
    auto [failure, socket] = co_await acceptor.async_accept(as_values);
    if (failure == asio::error::operation_aborted || failure == asio::error::bad_descriptor)
      co_return;
    if (failure) { // out of descriptors, most likely: let some go first
      asio::steady_timer pause{executor, 50ms};
      co_await pause.async_wait(as_values);
      continue;
    }
    serve(std::move(socket));
  }
}

} // namespace postroom::sim
