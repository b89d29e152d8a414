#include "api/connection.hpp"

#include "api/dispatch.hpp"
#include "api/listen_address.hpp"
#include "base/crypto.hpp"
#include "base/log.hpp"
#include "net/as_values.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

namespace postroom::api {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using namespace std::chrono_literals;

using net::as_values;
/// After an answer that cuts a request short: how long and how much we still read, so that the client sees it.
constexpr auto linger_deadline = 1s;
constexpr std::size_t linger_bytes_max = 256 * limits::kib;
/// The largest the parser may look ahead.
constexpr std::size_t buffer_bytes_max = limits::http_header_bytes_max + 16 * limits::kib;

using plain_stream = beast::tcp_stream;
using tls_stream = beast::ssl_stream<beast::tcp_stream>;
using head_parser = http::request_parser<http::empty_body>;
using whole_parser = http::request_parser<http::string_body>;
using piece_parser = http::request_parser<http::buffer_body>;

std::string header_of(const head_parser& from, http::field name) {
  return std::string{from.get()[name]};
}

void fill(request& into, const head_parser& from) {
  into.method = from.get().method();
  into.accept = header_of(from, http::field::accept);
  into.content_type = header_of(from, http::field::content_type);
  into.authorization = header_of(from, http::field::authorization);
  into.if_match = header_of(from, http::field::if_match);
  into.last_event_id = std::string{from.get()["Last-Event-ID"]};
  into.idempotency_key = std::string{from.get()["Idempotency-Key"]};
  into.cookie = header_of(from, http::field::cookie);
  const auto given = from.get()["X-Request-Id"];
  into.id = is_valid_id({given.data(), given.size()}) ? std::string{given} : hex_encode(random_string(8));
}

/// A proxy on this machine adds whom it serves at the end; what stands before it anybody may have written.
std::optional<asio::ip::address> asker_of(const head_parser& from, const asio::ip::address& peer) {
  if (!is_loopback(peer))
    return peer;
  // Some proxies add a line of their own instead, which belongs behind the others (RFC 9110 §5.3).
  std::string_view last;
  const auto [first, end] = from.get().equal_range("X-Forwarded-For");
  for (auto line = first; line != end; ++line)
    last = {line->value().data(), line->value().size()};
  last.remove_prefix(std::min(last.find_last_of(", \t") + 1, last.size()));
  boost::system::error_code wrong;
  const auto named = asio::ip::make_address(std::string{last}, wrong);
  return wrong ? std::nullopt : std::optional{named};
}

/// What a request that could not be read deserves; nothing when the peer is simply gone or late.
std::optional<problem> problem_of(beast::error_code failed, std::uint64_t body_bytes_max) {
  if (failed == http::error::header_limit || failed == http::error::buffer_overflow)
    return problem{
        fail(errc::too_large, "the header is larger than " + std::to_string(limits::http_header_bytes_max) + " bytes"),
        431};
  if (failed == http::error::body_limit)
    return problem{fail(errc::too_large, "the body is larger than " + std::to_string(body_bytes_max) + " bytes")};
  const bool gone = failed == http::error::end_of_stream || failed == http::error::partial_message;
  if (failed.category() != make_error_code(http::error::end_of_stream).category() || gone)
    return {};
  return problem{fail(errc::invalid_argument, "the request is malformed: " + failed.message())};
}

template <class Stream>
class stream_connection final : public connection {
public:
  stream_connection(const server_context& context, Stream stream, asio::ip::address peer)
      : context_(context), stream_(std::move(stream)), peer_(std::move(peer)) {}

  [[nodiscard]] bool between_requests() const noexcept override { return idle_; }
  void close() noexcept override {
    beast::error_code ignored;
    socket().close(ignored);
  }

  asio::awaitable<void> run() override {
    if (!co_await shake_hands())
      co_return;
    bool goes_on = true;
    while (goes_on) {
      if (!co_await wait_for_request())
        break;
      goes_on = co_await serve_request();
    }
    co_await part();
  }

private:
  auto& socket() { return beast::get_lowest_layer(stream_).socket(); }
  void allow(std::chrono::milliseconds limit) { beast::get_lowest_layer(stream_).expires_after(limit); }

  asio::awaitable<bool> shake_hands() {
    if constexpr (std::is_same_v<Stream, tls_stream>) {
      allow(limits::tls_deadline);
      const auto [failed] = co_await stream_.async_handshake(asio::ssl::stream_base::server, as_values);
      co_return !failed;
    }
    co_return true;
  }

  /// The first byte may take the idle deadline; the rest of the request has its own.
  asio::awaitable<bool> wait_for_request() {
    if (buffer_.size() > 0)
      co_return true;
    // The stop may have begun while the last answer was on its way: nobody closes this connection for us then.
    if (context_.side.stopping) {
      close();
      co_return false;
    }
    idle_ = true;
    allow(first_ ? context_.options.request_deadline : context_.options.idle_deadline);
    first_ = false;
    const auto [failed, count] = co_await stream_.async_read_some(buffer_.prepare(4096), as_values);
    idle_ = false;
    buffer_.commit(count);
    co_return !failed;
  }

  /// What the connection needs to know of a request once it is answered.
  struct request_end {
    bool whole = false; ///< nothing of it is left to be read
    bool keep_alive = false;
    unsigned version = 11;
  };

  /// Whether the connection can go on.
  asio::awaitable<bool> serve_request() {
    const auto began = context_.world.time.ticks();
    head_parser head;
    head.header_limit(limits::http_header_bytes_max);
    head.body_limit(boost::none); // known when the route is
    allow(context_.options.request_deadline);
    request what;
    std::string allowed_methods;
    response out;
    request_end end;
    const auto [failed, count] = co_await http::async_read_header(stream_, buffer_, head, as_values);
    if (failed) {
      const auto why = problem_of(failed, 0);
      if (!why)
        co_return false;
      what.id = hex_encode(random_string(8));
      out = refuse(*why);
    } else {
      fill(what, head);
      end.keep_alive = head.get().keep_alive();
      end.version = head.get().version();
      out = co_await answer(head, what, allowed_methods, end);
    }
    render_problem(out, what.id, allowed_methods);
    const bool keep = end.whole && end.keep_alive && !context_.side.stopping;
    const bool sent = co_await send(out, what, keep, end.version);
    const auto took = context_.world.time.ticks() - began;
    context_.world.metrics.probes().http.answered(out.status, took);
    log::debug("api.answered", {{"request", what.id},
                                {"method", std::string_view{http::to_string(what.method)}},
                                {"path", what.path},
                                {"status", out.status},
                                {"us", std::chrono::duration_cast<std::chrono::microseconds>(took).count()}});
    co_return sent&& keep;
  }

  asio::awaitable<response> answer(head_parser& head, request& what, std::string& allowed_methods, request_end& end) {
    what.from_loopback = is_loopback(peer_);
    what.remote = asker_of(head, peer_);
    what.server = &context_.side;
    end.whole = head.is_done();
    // Where such a body ends cannot be told (RFC 9112 §6.3).
    if (head.get().count(http::field::transfer_encoding) > 0 && !head.chunked()) {
      end.whole = false;
      co_return refuse(fail(errc::invalid_argument, "the last coding of Transfer-Encoding must be chunked"));
    }
    const auto target = head.get().target();
    if (const auto read = read_target({target.data(), target.size()}, what); !read)
      co_return refuse(read.error());
    const auto found = co_await admit(context_.world, what, allowed_methods);
    if (!found)
      co_return refuse(found.error());
    const auto& to = **found;
    const auto bytes_max = to.streams_up_to > 0 ? to.streams_up_to : limits::http_json_body_bytes_max;
    if (const auto length = head.content_length(); length && *length > bytes_max)
      co_return refuse(problem_of(http::error::body_limit, bytes_max).value());
    if (!head.is_done() && beast::iequals(head.get()[http::field::expect], "100-continue")) {
      http::response<http::empty_body> go_on{http::status::continue_, 11};
      co_await http::async_write(stream_, go_on, as_values);
    }
    head.body_limit(bytes_max);
    if (to.streams_up_to > 0)
      co_return co_await answer_streamed(head, to, what, end);
    whole_parser parser{std::move(head)};
    if (!parser.is_done()) {
      const auto [failed, count] = co_await http::async_read(stream_, buffer_, parser, as_values);
      if (failed)
        co_return refuse(body_problem(failed, bytes_max));
    }
    end.whole = true;
    what.body = std::move(parser.get().body());
    if (!to.takes_body && !what.body.empty())
      co_return refuse(fail(errc::invalid_argument, "this request takes no body"));
    co_return co_await run_handler(context_.world, to, what);
  }

  static problem body_problem(beast::error_code failed, std::uint64_t bytes_max) {
    return problem_of(failed, bytes_max).value_or(problem{fail(errc::timeout, "the body did not arrive")});
  }

  /// Reads a body piece by piece for its handler; each piece has the whole deadline.
  class body_pieces final : public incoming_body {
  public:
    body_pieces(stream_connection& of, head_parser& head, std::uint64_t bytes_max)
        : connection_(of), parser_(std::move(head)), bytes_max_(bytes_max) {}

    awaitable<result<std::optional<std::string>>> next() override {
      if (parser_.is_done())
        co_return std::optional<std::string>{};
      std::string piece(piece_bytes, '\0');
      auto& body = parser_.get().body();
      body.data = piece.data();
      body.size = piece.size();
      body.more = true;
      connection_.allow(connection_.context_.options.request_deadline);
      const auto [failed, count] =
          co_await http::async_read(connection_.stream_, connection_.buffer_, parser_, as_values);
      if (failed && failed != http::error::need_buffer)
        co_return body_problem(failed, bytes_max_).what;
      piece.resize(piece.size() - body.size);
      if (piece.empty())
        co_return std::optional<std::string>{};
      co_return std::optional{std::move(piece)};
    }
    [[nodiscard]] bool done() const { return parser_.is_done(); }

  private:
    static constexpr std::size_t piece_bytes = 64 * limits::kib;
    stream_connection& connection_;
    piece_parser parser_;
    std::uint64_t bytes_max_;
  };

  asio::awaitable<response> answer_streamed(head_parser& head, const route& to, request& what, request_end& end) {
    body_pieces pieces{*this, head, to.streams_up_to};
    what.incoming = &pieces;
    auto out = co_await run_handler(context_.world, to, what);
    what.incoming = nullptr;
    end.whole = pieces.done();
    co_return out;
  }

  template <class Body>
  void set_head(http::response<Body>& message, const response& out, const request& what, bool keep) {
    message.keep_alive(keep);
    message.set("X-Request-Id", what.id);
    message.set("X-Content-Type-Options", "nosniff");
    message.set(http::field::cache_control, "no-store");
    if (out.status != 204)
      message.set(http::field::content_type, out.content_type);
    for (const auto& [name, value] : out.headers)
      message.set(name, value);
  }

  asio::awaitable<bool> send(response& out, const request& what, bool keep, unsigned version) {
    allow(context_.options.request_deadline);
    if (auto* pieces = std::get_if<std::unique_ptr<piecewise_body>>(&out.body))
      co_return co_await send_pieces(out, **pieces, what, keep, version);
    auto& text = std::get<std::string>(out.body);
    if (what.method == method::head || out.status == 204) {
      http::response<http::empty_body> message{http::int_to_status(out.status), version};
      set_head(message, out, what, keep);
      if (out.status != 204)
        message.content_length(text.size());
      const auto [failed, count] = co_await http::async_write(stream_, message, as_values);
      co_return !failed;
    }
    http::response<http::string_body> message{http::int_to_status(out.status), version};
    message.body() = std::move(text);
    set_head(message, out, what, keep);
    message.prepare_payload();
    const auto [failed, count] = co_await http::async_write(stream_, message, as_values);
    co_return !failed;
  }

  /// Each piece has the whole deadline; one is held at a time. Broken off without an end when the source fails, so that
  /// nobody takes a part for the whole.
  asio::awaitable<bool> send_pieces(response& out, piecewise_body& pieces, const request& what, bool keep,
                                    unsigned version) {
    const bool chunked = !out.length && version >= 11;
    keep = keep && (out.length || chunked);
    http::response<http::empty_body> message{http::int_to_status(out.status), version};
    set_head(message, out, what, keep);
    if (out.length)
      message.content_length(*out.length);
    else
      message.chunked(chunked);
    http::response_serializer<http::empty_body> serializer{message};
    const auto [failed, count] = co_await http::async_write_header(stream_, serializer, as_values);
    if (failed || what.method == method::head)
      co_return !failed;
    std::uint64_t left = out.length.value_or(0);
    while (true) {
      const auto piece = co_await pieces.next();
      if (!piece) {
        log::warning("api.answer_broken_off", {{"request", what.id}, {"why", to_string(piece.error())}});
        co_return false;
      }
      if (!*piece)
        break;
      if (out.length && (*piece)->size() > left)
        co_return false;
      left -= out.length ? (*piece)->size() : 0;
      if (!co_await send_piece(**piece, chunked))
        co_return false;
    }
    if (out.length || !chunked)
      co_return out.length&& left == 0 && keep;
    const auto end = http::make_chunk_last();
    const auto [lost, written] = co_await asio::async_write(stream_, end, as_values);
    co_return !lost;
  }

  asio::awaitable<bool> send_piece(const std::string& piece, bool chunked) {
    allow(context_.options.request_deadline);
    const auto bytes = asio::buffer(piece);
    if (!chunked) {
      const auto [failed, count] = co_await asio::async_write(stream_, bytes, as_values);
      co_return !failed;
    }
    const auto chunk = http::make_chunk(bytes);
    const auto [failed, count] = co_await asio::async_write(stream_, chunk, as_values);
    co_return !failed;
  }

  /// Says goodbye and reads a little on: closing with unread bytes would make the kernel destroy our last answer.
  asio::awaitable<void> part() {
    if (!socket().is_open())
      co_return;
    allow(linger_deadline);
    if constexpr (std::is_same_v<Stream, tls_stream>) {
      (void)co_await stream_.async_shutdown(as_values);
    }
    beast::error_code ignored;
    socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    std::size_t total = 0;
    buffer_.clear();
    const auto space = buffer_.prepare(4096);
    while (total < linger_bytes_max) {
      const auto [failed, count] = co_await beast::get_lowest_layer(stream_).async_read_some(space, as_values);
      if (failed)
        break;
      total += count;
    }
    close();
  }

  const server_context& context_;
  Stream stream_;
  beast::flat_buffer buffer_{buffer_bytes_max};
  asio::ip::address peer_;
  bool first_ = true;
  bool idle_ = false;
};

} // namespace

std::unique_ptr<connection> make_connection(const server_context& context, asio::ip::tcp::socket socket) {
  boost::system::error_code gone;
  const auto peer = socket.remote_endpoint(gone);
  // One that is gone already is nobody: the default address is not of this machine.
  socket.set_option(asio::ip::tcp::no_delay{true}, gone);
  if (context.tls)
    return std::make_unique<stream_connection<tls_stream>>(context, tls_stream{std::move(socket), *context.tls},
                                                           peer.address());
  return std::make_unique<stream_connection<plain_stream>>(context, plain_stream{std::move(socket)}, peer.address());
}

} // namespace postroom::api
