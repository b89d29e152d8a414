#include "tests/integration/support/wiretap.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <mutex>
#include <thread>

namespace postroom::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

} // namespace

class wiretap::impl {
public:
  explicit impl(std::uint16_t target) : target_(asio::ip::address_v4::loopback(), target) {
    asio::co_spawn(io_, accept_for_ever(), asio::detached);
    thread_ = std::thread{[this] { io_.run(); }};
  }
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;
  ~impl() {
    io_.stop();
    thread_.join();
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  std::vector<std::string> heard() const {
    const std::scoped_lock lock{mutex_};
    std::vector<std::string> out;
    for (const auto& each : heard_)
      out.push_back(*each);
    return out;
  }

private:
  struct line {
    explicit line(tcp::socket client) : client(std::move(client)), server(this->client.get_executor()) {}
    tcp::socket client, server;
  };

  asio::awaitable<void> accept_for_ever() {
    for (;;) {
      auto [failure, client] = co_await acceptor_.async_accept(as_values);
      if (failure)
        co_return;
      auto both = std::make_shared<line>(std::move(client));
      const auto [refused] = co_await both->server.async_connect(target_, as_values);
      if (refused)
        continue; // the client sees its connection closed, as it would without us
      asio::co_spawn(io_, relay(both, both->client, both->server, begin()), asio::detached);
      asio::co_spawn(io_, relay(both, both->server, both->client, begin()), asio::detached);
    }
  }

  asio::awaitable<void> relay(std::shared_ptr<line> keep, tcp::socket& from, tcp::socket& to,
                              std::shared_ptr<std::string> record) {
    std::string buffer(16 * 1024, '\0');
    for (;;) {
      const auto [ended, count] = co_await from.async_read_some(asio::buffer(buffer), as_values);
      {
        const std::scoped_lock lock{mutex_};
        record->append(buffer.data(), count);
      }
      const auto [lost, written] = co_await asio::async_write(to, asio::buffer(buffer.data(), count), as_values);
      if (!ended && !lost)
        continue;
      boost::system::error_code ignored;
      keep->client.close(ignored);
      keep->server.close(ignored);
      co_return;
    }
  }

  std::shared_ptr<std::string> begin() {
    const std::scoped_lock lock{mutex_};
    return heard_.emplace_back(std::make_shared<std::string>());
  }

  asio::io_context io_{1};
  tcp::acceptor acceptor_{io_, {asio::ip::address_v4::loopback(), 0}};
  tcp::endpoint target_;
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<std::string>> heard_;
  std::thread thread_;
};

wiretap::wiretap(std::uint16_t target) : impl_(std::make_unique<impl>(target)) {
}

wiretap::~wiretap() = default;

std::uint16_t wiretap::port() const {
  return impl_->port();
}

std::vector<std::string> wiretap::heard() const {
  return impl_->heard();
}

} // namespace postroom::test
