#include "app/cli/http_port.hpp"

#include "app/cli/line_splitter.hpp"
#include "app/version.hpp"
#include "base/limits.hpp"
#include "net/tls_context.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <openssl/ssl.h>

#include <algorithm>
#include <cctype>
#include <optional>

namespace postroom::app::cli {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using namespace std::chrono_literals;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

/// An answer that is kept whole: a page of the API and far more.
constexpr std::size_t answer_bytes_max = 64 * limits::mib;
constexpr std::size_t piece_bytes = 64 * limits::kib;
/// On an endless answer: three missed heartbeats.
constexpr std::chrono::milliseconds silence_max = 3 * limits::http_heartbeat;

using answer_parser = http::response_parser<http::buffer_body>;

beast::tcp_stream& socket_of(beast::tcp_stream& of) {
  return of;
}
beast::tcp_stream& socket_of(asio::ssl::stream<beast::tcp_stream>& of) {
  return of.next_layer();
}

error lost(const endpoint& to, beast::error_code why) {
  if (why == beast::error::timeout)
    return fail(errc::timeout, "no answer from " + to.host + " in time");
  const auto http_category = make_error_code(http::error::end_of_stream).category().name();
  const bool gone = why == http::error::end_of_stream || why == http::error::partial_message;
  if (!gone && why.category().name() == http_category)
    return fail(errc::protocol_violation,
                to.host + ':' + std::to_string(to.port) + " does not speak HTTP (" + why.message() + ")");
  return fail(errc::connection_lost, "the connection to " + to.host + " was lost: " + why.message());
}

/// One call on one connection. The stream's deadline is renewed at each step, so a large file may take its time.
template <class Stream>
class exchange {
public:
  exchange(Stream& stream, const endpoint& to, const api_call& call, const line_sink* sink)
      : stream_(stream), to_(to), call_(call), sink_(sink) {}

  asio::awaitable<result<api_answer>> run() {
    // No conditional expressions around co_await and co_return here: GCC 12 destroys their temporaries twice.
    result<void> sent;
    if (call_.body_file.empty())
      sent = co_await send_text();
    else
      sent = co_await send_file();
    if (!sent && sent.error().code != errc::connection_lost)
      co_return sent.error();
    // A gateway that refuses answers before it has read all; what it says is better than "broken pipe".
    result<void> got;
    if (!parser_)
      got = co_await read_head();
    if (!got && !sent)
      co_return sent.error();
    if (!got)
      co_return got.error();
    co_return co_await read_body();
  }

private:
  void allow(std::chrono::milliseconds time) { socket_of(stream_).expires_after(time); }

  template <class Message>
  void fill(Message& message) const {
    message.method_string(call_.method);
    message.target(to_.base_path + target_of(call_));
    message.version(11);
    message.set(http::field::host, (to_.host.find(':') == std::string::npos ? to_.host : '[' + to_.host + ']') + ':' +
                                       std::to_string(to_.port));
    message.set(http::field::connection, "close");
    message.set(http::field::user_agent, "postroom/" + std::string{version});
    message.set(http::field::accept, sink_ ? "text/event-stream" : "application/json");
    if (!to_.token.empty())
      message.set(http::field::authorization, "Bearer " + to_.token.expose());
    for (const auto& [name, value] : call_.headers)
      message.set(name, value);
  }

  asio::awaitable<result<void>> send_text() {
    http::request<http::string_body> message;
    fill(message);
    if (!call_.body.empty() || call_.method == "POST" || call_.method == "PATCH") {
      if (!call_.body.empty())
        message.set(http::field::content_type, call_.content_type);
      message.body() = call_.body;
      message.prepare_payload();
    }
    allow(to_.timeout);
    const auto [failed, count] = co_await http::async_write(stream_, message, as_values);
    if (failed)
      co_return lost(to_, failed);
    co_return result<void>{};
  }

  asio::awaitable<result<void>> send_file() {
    http::request<http::file_body> message;
    beast::error_code unreadable;
    message.body().open(call_.body_file.c_str(), beast::file_mode::scan, unreadable);
    if (unreadable)
      co_return fail(errc::invalid_argument, call_.body_file.string() + " cannot be read: " + unreadable.message());
    fill(message);
    message.set(http::field::content_type, call_.content_type);
    message.set(http::field::expect, "100-continue");
    message.prepare_payload();
    http::request_serializer<http::file_body> serializer{message};
    serializer.split(true);
    allow(to_.timeout);
    const auto [failed, count] = co_await http::async_write_header(stream_, serializer, as_values);
    if (failed)
      co_return lost(to_, failed);
    const auto wanted = co_await go_on();
    if (!wanted)
      co_return wanted.error();
    if (!*wanted)
      co_return result<void>{};
    const auto total = message.body().size();
    std::uint64_t sent = 0;
    while (!serializer.is_done()) {
      allow(to_.timeout);
      const auto [broken, bytes] = co_await http::async_write_some(stream_, serializer, as_values);
      if (broken)
        co_return lost(to_, broken);
      sent += bytes;
      if (call_.on_sent)
        call_.on_sent(sent, total);
    }
    co_return result<void>{};
  }

  /// Whether the gateway wants the body; if not, its answer's head has been read.
  asio::awaitable<result<bool>> go_on() {
    http::response_parser<http::empty_body> interim;
    allow(to_.timeout);
    const auto [failed, count] = co_await http::async_read_header(stream_, buffer_, interim, as_values);
    if (failed)
      co_return lost(to_, failed);
    if (interim.get().result() == http::status::continue_)
      co_return true;
    parser_.emplace(std::move(interim));
    co_return false;
  }

  asio::awaitable<result<void>> read_head() {
    parser_.emplace();
    if (call_.method == "HEAD")
      parser_->skip(true);
    allow(to_.timeout);
    const auto [failed, count] = co_await http::async_read_header(stream_, buffer_, *parser_, as_values);
    if (failed)
      co_return lost(to_, failed);
    co_return result<void>{};
  }

  asio::awaitable<result<api_answer>> read_body() {
    api_answer answer;
    answer.status = parser_->get().result_int();
    for (const auto& field : parser_->get()) {
      std::string name{field.name_string()};
      std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      answer.headers.emplace(std::move(name), std::string{field.value()});
    }
    const bool endless = sink_ && answer.good();
    parser_->body_limit(boost::none);
    line_splitter lines;
    std::string piece(piece_bytes, '\0');
    while (!parser_->is_done()) {
      auto& body = parser_->get().body();
      body.data = piece.data();
      body.size = piece.size();
      body.more = true;
      allow(endless ? silence_max : to_.timeout);
      const auto [failed, count] = co_await http::async_read_some(stream_, buffer_, *parser_, as_values);
      if (failed && failed != http::error::need_buffer)
        co_return lost(to_, failed);
      const std::string_view got{piece.data(), piece.size() - body.size};
      if (endless && !lines.add(got, *sink_))
        co_return answer;
      if (!endless)
        answer.body.append(got);
      if (answer.body.size() > answer_bytes_max)
        co_return fail(errc::too_large, "the answer of " + to_.host + " is too large");
    }
    if (endless)
      co_return fail(errc::connection_lost, "the gateway ended the stream");
    co_return answer;
  }

  Stream& stream_;
  const endpoint& to_;
  const api_call& call_;
  const line_sink* sink_;
  beast::flat_buffer buffer_;
  std::optional<answer_parser> parser_;
};

class http_port final : public api_port {
public:
  explicit http_port(endpoint to) : to_(std::move(to)) {}

  result<api_answer> send(const api_call& call) override { return perform(call, nullptr); }
  result<api_answer> read_lines(const api_call& call, const line_sink& sink) override { return perform(call, &sink); }

private:
  result<api_answer> perform(const api_call& call, const line_sink* sink) {
    std::error_code unreadable;
    if (!call.body_file.empty() && !std::filesystem::is_regular_file(call.body_file, unreadable))
      return fail(errc::invalid_argument, call.body_file.string() + " is not a file that can be read");
    io_.restart();
    std::optional<result<api_answer>> outcome;
    asio::co_spawn(io_, converse(call, sink), [&outcome](std::exception_ptr broken, result<api_answer> got) {
      if (broken)
        std::rethrow_exception(broken);
      outcome = std::move(got);
    });
    io_.run();
    return std::move(*outcome);
  }

  asio::awaitable<result<api_answer>> converse(const api_call& call, const line_sink* sink) {
    tcp::resolver resolver{io_};
    const auto [unknown, addresses] = co_await resolver.async_resolve(to_.host, std::to_string(to_.port), as_values);
    if (unknown)
      co_return fail(errc::dns_failed, "the host " + to_.host + " is not known: " + unknown.message());
    beast::tcp_stream stream{io_};
    stream.expires_after(std::min<std::chrono::milliseconds>(to_.timeout, limits::connect_deadline));
    const auto [refused, address] = co_await stream.async_connect(addresses, as_values);
    if (refused)
      co_return fail(errc::connect_failed, "no gateway answers at " + to_.host + ':' + std::to_string(to_.port) + " (" +
                                               refused.message() + ")");
    if (!to_.tls) {
      exchange conversation{stream, to_, call, sink};
      co_return co_await conversation.run();
    }
    auto context = trust_.get(to_.ca_file);
    if (!context)
      co_return context.error();
    auto ssl = (*context)->make_client(to_.host, to_.port);
    if (!ssl)
      co_return ssl.error();
    asio::ssl::stream<beast::tcp_stream> secured{std::move(stream), ssl->release()};
    secured.next_layer().expires_after(std::min<std::chrono::milliseconds>(to_.timeout, limits::tls_deadline));
    const auto [failed] = co_await secured.async_handshake(asio::ssl::stream_base::client, as_values);
    if (failed == beast::error::timeout)
      co_return lost(to_, failed);
    if (failed && SSL_get_verify_result(secured.native_handle()) == X509_V_OK)
      co_return fail(errc::tls_failed, "TLS with " + to_.host + " failed: " + failed.message());
    if (failed)
      co_return net::describe_handshake_failure(secured.native_handle(), to_.host);
    exchange conversation{secured, to_, call, sink};
    co_return co_await conversation.run();
  }

  endpoint to_;
  net::tls_contexts trust_;
  asio::io_context io_{1};
};

} // namespace

std::unique_ptr<api_port> make_http_port(endpoint to) {
  return std::make_unique<http_port>(std::move(to));
}

} // namespace postroom::app::cli
