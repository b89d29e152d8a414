#include "sim/net/http_server.hpp"

#include "base/limits.hpp"
#include "net/as_values.hpp"

#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
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

using net::as_values;
constexpr std::uint32_t header_bytes_max = 32 * limits::kib;

/// Something to say before hanging up; nothing when the client is gone.
http::status status_of(const boost::system::error_code& failure) {
  if (failure == http::error::body_limit)
    return http::status::payload_too_large;
  if (failure == http::error::header_limit)
    return http::status::request_header_fields_too_large;
  const bool malformed = failure.category() == http::make_error_code(http::error::bad_method).category() &&
                         failure != http::error::end_of_stream && failure != http::error::partial_message;
  return malformed ? http::status::bad_request : http::status::unknown;
}

template <class Stream>
asio::awaitable<bool> write(Stream& stream, http_response& response) {
  response.prepare_payload();
  const bool keep = response.keep_alive();
  beast::get_lowest_layer(stream).expires_after(limits::http_idle_deadline);
  const auto [failure, written] = co_await http::async_write(stream, response, as_values);
  co_return !failure && keep;
}

using request_parser = http::request_parser<http::string_body>;

/// Clients with much to say ask first, and wait a second when nobody answers (RFC 9110 section 10.1.1).
template <class Stream>
asio::awaitable<boost::system::error_code> read(Stream& stream, beast::flat_buffer& buffer, request_parser& parser) {
  const auto [header_failure, header] = co_await http::async_read_header(stream, buffer, parser, as_values);
  if (header_failure)
    co_return header_failure;
  if (beast::iequals(parser.get()[http::field::expect], "100-continue")) {
    http::response<http::empty_body> go_on{http::status::continue_, 11};
    const auto [failure, written] = co_await http::async_write(stream, go_on, as_values);
    if (failure)
      co_return failure;
  }
  const auto [failure, count] = co_await http::async_read(stream, buffer, parser, as_values);
  co_return failure;
}

template <class Stream>
asio::awaitable<void> converse(Stream& stream, const http_service& service) {
  beast::flat_buffer buffer;
  for (;;) {
    request_parser parser;
    parser.body_limit(service.body_bytes_max);
    parser.header_limit(header_bytes_max);
    beast::get_lowest_layer(stream).expires_after(limits::http_idle_deadline);
    if (const auto failure = co_await read(stream, buffer, parser); failure) {
      if (const auto status = status_of(failure); status != http::status::unknown) {
        http_response refusal{status, 11};
        refusal.keep_alive(false);
        (void)co_await write(stream, refusal);
      }
      co_return;
    }
    http_response response = service.handler(parser.get());
    response.keep_alive(parser.get().keep_alive());
    if (!co_await write(stream, response))
      co_return;
  }
}

} // namespace

asio::awaitable<void> serve_http(tcp::socket socket, const http_service& service) {
  boost::system::error_code ignored;
  socket.set_option(tcp::no_delay{true}, ignored);
  if (!service.tls) {
    beast::tcp_stream stream{std::move(socket)};
    co_await converse(stream, service);
    stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
    co_return;
  }
  beast::ssl_stream<beast::tcp_stream> stream{std::move(socket), *service.tls};
  beast::get_lowest_layer(stream).expires_after(limits::tls_deadline);
  const auto [failure] = co_await stream.async_handshake(asio::ssl::stream_base::server, as_values);
  if (failure)
    co_return;
  co_await converse(stream, service);
  beast::get_lowest_layer(stream).expires_after(limits::tls_deadline);
  co_await stream.async_shutdown(as_values);
}

} // namespace postroom::sim
