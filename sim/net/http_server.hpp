#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <cstdint>
#include <functional>

namespace postroom::sim {

using http_request = boost::beast::http::request<boost::beast::http::string_body>;
using http_response = boost::beast::http::response<boost::beast::http::string_body>;
/// Must not block.
using http_handler = std::function<http_response(const http_request&)>;

/// What the connections of one HTTP server share; must outlive the executor's work.
struct http_service {
  http_handler handler;
  boost::asio::ssl::context* tls = nullptr; ///< null: plain text
  std::uint64_t body_bytes_max = 1024 * 1024;
};

/// Serves one client, request by request (HTTP/1.1), to the end. Too large or malformed requests and silent clients end
/// the connection, with 400, 413 or 431 where an answer is possible.
[[nodiscard]] boost::asio::awaitable<void> serve_http(boost::asio::ip::tcp::socket socket, const http_service& service);

} // namespace postroom::sim
