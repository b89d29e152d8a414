#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <functional>

namespace postroom::sim {

using http_request = boost::beast::http::request<boost::beast::http::string_body>;
using http_response = boost::beast::http::response<boost::beast::http::string_body>;
/// Must not block.
using http_handler = std::function<http_response(const http_request&)>;

/// Accepts and serves connections until the acceptor is closed; over TLS when `tls` is given. Handler and context must
/// outlive the executor's work.
[[nodiscard]] boost::asio::awaitable<void> serve_http(boost::asio::ip::tcp::acceptor acceptor,
                                                      boost::asio::ssl::context* tls, const http_handler& handler);

} // namespace postroom::sim
