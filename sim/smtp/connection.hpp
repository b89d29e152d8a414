#pragma once

#include "sim/smtp/session.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>

namespace postroom::sim {

class submission_connection;

/// What the connections of one submission server share; lives longer than they do, and stays where it is.
struct submission_hub {
  /// Those beyond are turned away with a 421.
  static constexpr std::size_t connections_max = 10'000;

  submission_services services;
  boost::asio::ssl::context* tls = nullptr; ///< null: plain text to the end, otherwise STARTTLS
  std::unordered_set<submission_connection*> connections{};
};

/// Serves one client to the end.
[[nodiscard]] boost::asio::awaitable<void> serve_submission(boost::asio::ip::tcp::socket socket, submission_hub& hub);

/// Closes at once, without a word, the connections of those users for whom `chosen` holds, and of those who speak for
/// one; its argument is empty for those who have not signed in, and have not named a sender.
void drop_submissions(submission_hub& hub, const std::function<bool(std::string_view user)>& chosen);

/// A session and its socket. Lives as long as run() does. Not thread-safe.
class submission_connection {
public:
  submission_connection(boost::asio::ip::tcp::socket socket, submission_hub& hub);
  ~submission_connection();
  submission_connection(const submission_connection&) = delete;
  submission_connection& operator=(const submission_connection&) = delete;

  [[nodiscard]] boost::asio::awaitable<void> run();
  [[nodiscard]] const std::string& user() const noexcept { return session_.user(); }
  [[nodiscard]] const std::string& spoken_for() const noexcept { return session_.spoken_for(); }
  void drop();

private:
  template <class Stream>
  [[nodiscard]] boost::asio::awaitable<bool> converse(Stream& stream, std::string answers);
  template <class Stream>
  [[nodiscard]] boost::asio::awaitable<bool> write(Stream& stream, std::string_view answers);
  [[nodiscard]] boost::asio::awaitable<bool> pause(mono_time::duration how_long);

  submission_hub& hub_;
  smtp_session session_;
  boost::beast::tcp_stream plain_;
  std::optional<boost::beast::ssl_stream<boost::beast::tcp_stream>> secure_;
  boost::asio::steady_timer timer_;
  bool dropped_ = false;
};

} // namespace postroom::sim
