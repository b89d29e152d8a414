#include "sim/net/http_server.hpp"

#include "base/limits.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

namespace postroom::sim {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);
/// A mail to deliver is the largest thing posted.
constexpr std::size_t request_bytes_max = 40 * limits::mib;

template <class Stream>
asio::awaitable<void> serve(Stream& stream, const http_handler& handler) {
  beast::flat_buffer buffer;
  for (;;) {
    http::request_parser<http::string_body> parser;
    parser.body_limit(request_bytes_max);
    beast::get_lowest_layer(stream).expires_after(limits::http_idle_deadline);
    const auto [read_failure, read] = co_await http::async_read(stream, buffer, parser, as_values);
    if (read_failure)
      co_return;
    http_response response = handler(parser.get());
    response.keep_alive(parser.get().keep_alive());
    response.prepare_payload();
    const bool keep = response.keep_alive();
    const auto [write_failure, written] = co_await http::async_write(stream, response, as_values);
    if (write_failure || !keep)
      co_return;
  }
}

asio::awaitable<void> serve_plain(tcp::socket socket, const http_handler& handler) {
  beast::tcp_stream stream{std::move(socket)};
  co_await serve(stream, handler);
}

asio::awaitable<void> serve_tls(tcp::socket socket, asio::ssl::context& tls, const http_handler& handler) {
  beast::ssl_stream<beast::tcp_stream> stream{std::move(socket), tls};
  beast::get_lowest_layer(stream).expires_after(limits::tls_deadline);
  const auto [failure] = co_await stream.async_handshake(asio::ssl::stream_base::server, as_values);
  if (failure)
    co_return;
  co_await serve(stream, handler);
  beast::get_lowest_layer(stream).expires_after(limits::tls_deadline);
  co_await stream.async_shutdown(as_values);
}

} // namespace

asio::awaitable<void> serve_http(tcp::acceptor acceptor, asio::ssl::context* tls, const http_handler& handler) {
  const auto executor = co_await asio::this_coro::executor;
  for (;;) {
    auto [failure, socket] = co_await acceptor.async_accept(as_values);
    if (failure == asio::error::operation_aborted || failure == asio::error::bad_descriptor)
      co_return;
    if (failure) { // out of descriptors, most likely: let some go first
      asio::steady_timer pause{executor, std::chrono::milliseconds{50}};
      co_await pause.async_wait(as_values);
      continue;
    }
    if (tls)
      asio::co_spawn(executor, serve_tls(std::move(socket), *tls, handler), asio::detached);
    else
      asio::co_spawn(executor, serve_plain(std::move(socket), handler), asio::detached);
  }
}

} // namespace postroom::sim
