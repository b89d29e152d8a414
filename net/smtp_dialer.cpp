#include "net/smtp_dialer.hpp"

#include "net/smtp_connection.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace postroom::net {
namespace {

/// The owner's end: passes every call on to the connection's thread. The connection must not be destroyed on another
/// thread, so the last reference travels there, too.
class tcp_smtp_link final : public smtp_link {
public:
  explicit tcp_smtp_link(std::shared_ptr<smtp_connection> connection)
      : thread_(connection->thread()), connection_(std::move(connection)) {}

  ~tcp_smtp_link() override {
    connection_->abandon();
    boost::asio::post(thread_.context(), [gone = std::move(connection_)] { gone->let_go(); });
  }

  void begin(smtp::envelope what) override {
    boost::asio::post(thread_.context(), [to = connection_, mail = std::move(what)] { to->begin(mail); });
  }
  void begin_body() override {
    boost::asio::post(thread_.context(), [to = connection_] { to->begin_body(); });
  }
  void body(std::string octets) override {
    boost::asio::post(thread_.context(),
                      [to = connection_, piece = std::move(octets)]() mutable { to->body(std::move(piece)); });
  }
  void end_body() override {
    boost::asio::post(thread_.context(), [to = connection_] { to->end_body(); });
  }
  void reset() override {
    boost::asio::post(thread_.context(), [to = connection_] { to->reset(); });
  }
  void close() override {
    boost::asio::post(thread_.context(), [to = connection_] { to->close(); });
  }

private:
  io_thread& thread_;
  std::shared_ptr<smtp_connection> connection_;
};

class tcp_smtp_dialer final : public counting_smtp_dialer {
public:
  tcp_smtp_dialer(io_threads& threads, tls_contexts& tls, smtp_deadlines deadlines)
      : threads_(threads), state_(std::make_shared<smtp_dialer_state>(tls, deadlines)) {}

  std::unique_ptr<smtp_link> open(smtp_target target, std::shared_ptr<smtp_link_listener> listener) override {
    auto& thread = threads_.next();
    auto connection = std::make_shared<smtp_connection>(thread, state_, std::move(target), std::move(listener));
    auto link = std::make_unique<tcp_smtp_link>(connection);
    boost::asio::post(thread.context(), [starting = std::move(connection)] { starting->start(); });
    return link;
  }

  std::uint64_t bytes_in() const noexcept override { return state_->bytes_in.load(std::memory_order_relaxed); }
  std::uint64_t bytes_out() const noexcept override { return state_->bytes_out.load(std::memory_order_relaxed); }
  std::size_t links_open() const noexcept override { return state_->open.load(std::memory_order_relaxed); }

private:
  io_threads& threads_;
  std::shared_ptr<smtp_dialer_state> state_;
};

} // namespace

std::unique_ptr<counting_smtp_dialer> make_smtp_dialer(io_threads& threads, tls_contexts& tls,
                                                       smtp_deadlines deadlines) {
  return std::make_unique<tcp_smtp_dialer>(threads, tls, deadlines);
}

} // namespace postroom::net
