#pragma once

#include "net/driving.hpp"
#include "net/http_client.hpp"
#include "net/transport.hpp"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <optional>

namespace postroom::net {

/// A request made ready to be sent.
struct http_plan {
  server_address server;
  proxy_server proxy;
  bool tls = true;
  secret<> head; ///< request line and headers
  secret<> body;
  bool no_body_expected = false; ///< HEAD
  mono_time until{};
};

/// One request and its answer on a connection of their own. Lives on one io thread, held by its coroutine.
class http_exchange final : public enlisted, public std::enable_shared_from_this<http_exchange> {
public:
  using callback = std::function<void(result<http_answer>)>;
  http_exchange(io_thread& thread, tls_contexts& tls, http_plan plan, callback done);
  void start();
  void on_stop() override;

private:
  using parser = boost::beast::http::response_parser<boost::beast::http::string_body>;

  static boost::asio::awaitable<void> run(std::shared_ptr<http_exchange> self);
  [[nodiscard]] boost::asio::awaitable<result<void>> open();
  [[nodiscard]] boost::asio::awaitable<result<void>> ask();
  [[nodiscard]] boost::asio::awaitable<result<void>> receive();
  /// Parses what has come; the answer may be complete then.
  [[nodiscard]] result<void> parse();
  void begin_answer();
  [[nodiscard]] http_answer take_answer();

  io_thread& thread_;
  tls_contexts& tls_;
  http_plan plan_;
  callback done_;
  std::shared_ptr<transport> transport_;
  std::optional<parser> parser_;
  std::string unparsed_;
  unsigned interim_answers_ = 0;
  result<http_answer> outcome_;
};

} // namespace postroom::net
