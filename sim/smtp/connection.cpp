#include "sim/smtp/connection.hpp"

#include "base/limits.hpp"
#include "net/as_values.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <vector>

namespace postroom::sim {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using namespace std::chrono_literals;

using net::as_values;
/// Exchange's default for a silent client.
constexpr auto patience = 5min;
/// A stalled connection stays open for longer than any client waits.
constexpr auto stalled_patience = 30min;
constexpr std::size_t read_bytes = 16 * limits::kib;

} // namespace

submission_connection::submission_connection(tcp::socket socket, submission_hub& hub)
    : hub_(hub), session_(hub.services, hub.tls != nullptr), plain_(std::move(socket)), timer_(plain_.get_executor()) {
  hub_.connections.insert(this);
}

submission_connection::~submission_connection() {
  hub_.connections.erase(this);
}

void submission_connection::drop() {
  dropped_ = true;
  timer_.cancel();
  if (secure_)
    beast::get_lowest_layer(*secure_).close();
  else
    plain_.close();
}

asio::awaitable<bool> submission_connection::pause(mono_time::duration how_long) {
  timer_.expires_after(how_long);
  co_await timer_.async_wait(as_values);
  co_return !dropped_;
}

/// At the pace of a fault, if there is one: false when the client is gone.
template <class Stream>
asio::awaitable<bool> submission_connection::write(Stream& stream, std::string_view answers) {
  const auto pace = session_.octets_per_s();
  while (!answers.empty()) {
    const auto piece = answers.substr(0, pace > 0 ? pace : answers.size());
    beast::get_lowest_layer(stream).expires_after(patience);
    const auto [failure, written] =
        co_await asio::async_write(stream, asio::buffer(piece.data(), piece.size()), as_values);
    if (failure)
      co_return false;
    answers.remove_prefix(piece.size());
    if (pace > 0 && !co_await pause(mono_time::duration{1s} * piece.size() / pace))
      co_return false;
  }
  co_return true;
}

/// Until the session wants something else than octets, or the client is gone: false.
template <class Stream>
asio::awaitable<bool> submission_connection::converse(Stream& stream, std::string answers) {
  std::vector<char> buffer(read_bytes); // GCC 12 takes the allocation of large frames for mismatched
  while (co_await write(stream, answers)) {
    if (session_.state() == smtp_session::stage::waiting) {
      if (!co_await pause(session_.wakes_at() - hub_.services.time.ticks()))
        co_return false;
      answers = session_.resume();
      continue;
    }
    if (session_.state() != smtp_session::stage::open)
      co_return session_.state() != smtp_session::stage::cut;
    beast::get_lowest_layer(stream).expires_after(session_.mute() ? stalled_patience : patience);
    const auto [failure, count] = co_await stream.async_read_some(asio::buffer(buffer), as_values);
    if (failure)
      co_return false;
    answers = session_.receive({buffer.data(), count});
  }
  co_return false;
}

asio::awaitable<void> submission_connection::run() {
  boost::system::error_code ignored;
  plain_.socket().set_option(tcp::no_delay{true}, ignored);
  if (!co_await converse(plain_, session_.greet()) || session_.state() != smtp_session::stage::wants_tls)
    co_return;
  auto& secure = secure_.emplace(plain_.release_socket(), *hub_.tls);
  beast::get_lowest_layer(secure).expires_after(limits::tls_deadline);
  const auto [failure] = co_await secure.async_handshake(asio::ssl::stream_base::server, as_values);
  if (failure)
    co_return;
  session_.tls_established();
  if (!co_await converse(secure, {}))
    co_return;
  beast::get_lowest_layer(secure).expires_after(limits::tls_deadline);
  (void)co_await secure.async_shutdown(as_values);
}

asio::awaitable<void> serve_submission(tcp::socket socket, submission_hub& hub) {
  if (hub.connections.size() >= submission_hub::connections_max) {
    const auto refusal =
        reply_text(hub.services.face, smtp_reply::too_many_clients, {"", hub.services.time.now()}) + "\r\n";
    (void)co_await asio::async_write(socket, asio::buffer(refusal), as_values);
    co_return;
  }
  const auto connection = std::make_unique<submission_connection>(std::move(socket), hub);
  co_await connection->run();
}

void drop_submissions(submission_hub& hub, const std::function<bool(std::string_view user)>& chosen) {
  for (auto* const each : hub.connections)
    if (chosen(each->user()) || chosen(each->spoken_for()))
      each->drop();
}

} // namespace postroom::sim
