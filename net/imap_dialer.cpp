#include "net/imap_dialer.hpp"

#include "net/imap_connection.hpp"

#include <boost/asio/post.hpp>

#include <utility>

namespace postroom::net {
namespace {

/// The owner's end: passes every call on to the connection's thread. The connection must not be destroyed on another
/// thread, so the last reference travels there, too.
class tcp_imap_link final : public imap_link {
public:
  explicit tcp_imap_link(std::shared_ptr<imap_connection> connection)
      : thread_(connection->thread()), connection_(std::move(connection)) {}

  ~tcp_imap_link() override {
    connection_->abandon();
    boost::asio::post(thread_.context(), [gone = std::move(connection_)] { gone->let_go(); });
  }

  void submit(std::vector<imap::command> commands) override {
    boost::asio::post(thread_.context(),
                      [to = connection_, list = std::move(commands)]() mutable { to->submit(std::move(list)); });
  }
  void end_idle() override {
    boost::asio::post(thread_.context(), [to = connection_] { to->end_idle(); });
  }
  void close() override {
    boost::asio::post(thread_.context(), [to = connection_] { to->close(); });
  }

private:
  io_thread& thread_;
  std::shared_ptr<imap_connection> connection_;
};

class tcp_imap_dialer final : public counting_imap_dialer {
public:
  tcp_imap_dialer(io_threads& threads, tls_contexts& tls, imap_deadlines deadlines)
      : threads_(threads), state_(std::make_shared<imap_dialer_state>(tls, deadlines)) {}

  std::unique_ptr<imap_link> open(imap_target target, std::shared_ptr<imap_link_listener> listener) override {
    auto& thread = threads_.next();
    auto connection = std::make_shared<imap_connection>(thread, state_, std::move(target), std::move(listener));
    auto link = std::make_unique<tcp_imap_link>(connection);
    boost::asio::post(thread.context(), [starting = std::move(connection)] { starting->start(); });
    return link;
  }

  std::uint64_t bytes_in() const noexcept override { return state_->bytes_in.load(std::memory_order_relaxed); }
  std::uint64_t bytes_out() const noexcept override { return state_->bytes_out.load(std::memory_order_relaxed); }
  std::size_t links_open() const noexcept override { return state_->open.load(std::memory_order_relaxed); }

private:
  io_threads& threads_;
  std::shared_ptr<imap_dialer_state> state_;
};

} // namespace

std::unique_ptr<counting_imap_dialer> make_imap_dialer(io_threads& threads, tls_contexts& tls,
                                                       imap_deadlines deadlines) {
  return std::make_unique<tcp_imap_dialer>(threads, tls, deadlines);
}

} // namespace postroom::net
