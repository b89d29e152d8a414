#include "sim/net/listening.hpp"

#include "net/as_values.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace postroom::sim {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

namespace {

using net::as_values;
/// Thousands come back at once after an outage. The system may allow fewer (net.core.somaxconn).
constexpr int backlog = 4096;
/// At one wake-up; then the others have their turn.
constexpr int accepted_max = 64;

/// Until nobody waits any more: an error that is to be waited for, or `try_again`.
boost::system::error_code accept_waiting(tcp::acceptor& acceptor, const listener::handler& take) {
  for (int count = 0; count < accepted_max; ++count) {
    boost::system::error_code failure;
    tcp::socket socket{acceptor.get_executor()};
    acceptor.accept(socket, failure);
    if (failure)
      return failure;
    take(std::move(socket));
  }
  return {};
}

asio::awaitable<void> accept_for_ever(std::shared_ptr<tcp::acceptor> acceptor, listener::handler take) {
  for (;;) {
    const auto [ended] = co_await acceptor->async_wait(tcp::acceptor::wait_read, as_values);
    if (ended || !acceptor->is_open())
      co_return;
    const auto failure = accept_waiting(*acceptor, take);
    if (failure && failure != asio::error::would_block && failure != asio::error::try_again &&
        failure != asio::error::connection_aborted) { // out of descriptors, most likely: let some go first
      asio::steady_timer pause{acceptor->get_executor(), 50ms};
      co_await pause.async_wait(as_values);
    }
    if (!acceptor->is_open())
      co_return;
  }
}

} // namespace

result<void> listener::open(std::uint16_t port) {
  boost::system::error_code failure;
  auto acceptor = std::make_shared<tcp::acceptor>(io_);
  const tcp::endpoint endpoint{asio::ip::address_v4::loopback(), port};
  acceptor->open(endpoint.protocol(), failure);
  if (!failure)
    acceptor->set_option(asio::socket_base::reuse_address{true}, failure);
  if (!failure)
    acceptor->bind(endpoint, failure);
  if (!failure)
    acceptor->listen(backlog, failure);
  if (!failure)
    acceptor->non_blocking(true, failure);
  if (failure)
    return fail(errc::connect_failed, "port " + std::to_string(port) + ": " + failure.message());
  port_ = acceptor->local_endpoint().port();
  acceptor_ = std::move(acceptor);
  return {};
}

void listener::serve(handler take) {
  take_ = std::move(take);
  if (acceptor_)
    asio::co_spawn(io_, accept_for_ever(acceptor_, take_), asio::detached);
}

void listener::close() {
  if (const auto acceptor = std::exchange(acceptor_, nullptr)) {
    boost::system::error_code ignored;
    acceptor->close(ignored);
  }
}

result<void> listener::reopen() {
  if (acceptor_)
    return {};
  if (auto opened = open(port_); !opened)
    return opened;
  serve(std::move(take_));
  return {};
}

cuttable_connections::entry::entry(cuttable_connections& all, tcp::socket& socket)
    : all_(all), descriptor_(::dup(socket.native_handle())) {
  if (descriptor_ >= 0)
    all_.descriptors_.insert(descriptor_);
}

cuttable_connections::entry::~entry() {
  if (descriptor_ < 0)
    return;
  all_.descriptors_.erase(descriptor_);
  ::close(descriptor_);
}

void cuttable_connections::cut_all() {
  for (const int each : descriptors_)
    (void)::shutdown(each, SHUT_RDWR);
}

} // namespace postroom::sim
