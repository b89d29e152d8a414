#include "sim/smtp/connection.hpp"

#include "base/limits.hpp"
#include "sim/smtp/session.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <vector>

namespace postroom::sim {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using namespace std::chrono_literals;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);
/// Exchange's default for a silent client.
constexpr auto patience = 5min;
constexpr std::size_t read_bytes = 16 * limits::kib;

/// Counts a connection as long as its coroutine lives.
class counted {
public:
  explicit counted(std::size_t& open) : open_(open) { ++open_; }
  ~counted() { --open_; }
  counted(const counted&) = delete;
  counted& operator=(const counted&) = delete;

private:
  std::size_t& open_;
};

/// Until the session wants something else than octets, or the client is gone: false.
template <class Stream>
asio::awaitable<bool> converse(Stream& stream, smtp_session& session, std::string answers) {
  std::vector<char> buffer(read_bytes); // GCC 12 takes the allocation of large frames for mismatched
  for (;;) {
    beast::get_lowest_layer(stream).expires_after(patience);
    if (!answers.empty()) {
      const auto [failure, written] = co_await asio::async_write(stream, asio::buffer(answers), as_values);
      if (failure)
        co_return false;
    }
    if (session.state() != smtp_session::stage::open)
      co_return true;
    const auto [failure, count] = co_await stream.async_read_some(asio::buffer(buffer), as_values);
    if (failure)
      co_return false;
    answers = session.receive({buffer.data(), count});
  }
}

} // namespace

asio::awaitable<void> serve_submission(tcp::socket socket, submission_hub& hub) {
  const counted here{hub.open};
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay{true}, ignored);
  beast::tcp_stream plain{std::move(socket)};
  smtp_session session{hub.services, hub.tls != nullptr};
  if (!co_await converse(plain, session, session.greet()) || session.state() != smtp_session::stage::wants_tls)
    co_return;
  beast::ssl_stream<beast::tcp_stream> secure{plain.release_socket(), *hub.tls};
  beast::get_lowest_layer(secure).expires_after(limits::tls_deadline);
  const auto [failure] = co_await secure.async_handshake(asio::ssl::stream_base::server, as_values);
  if (failure)
    co_return;
  session.tls_established();
  if (!co_await converse(secure, session, {}))
    co_return;
  beast::get_lowest_layer(secure).expires_after(limits::tls_deadline);
  (void)co_await secure.async_shutdown(as_values);
}

} // namespace postroom::sim
