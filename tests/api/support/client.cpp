#include "tests/api/support/client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <optional>
#include <stdexcept>

namespace postroom::api::test {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using namespace std::chrono_literals;
using beast::error_code;
using parser = http::response_parser<http::string_body>;

constexpr auto step_deadline = 10s;

std::string lower(std::string_view text) {
  std::string out{text};
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

answer answer_of(const parser& from) {
  answer out;
  out.status = from.get().result_int();
  for (const auto& field : from.get()) {
    const auto name = field.name_string();
    const auto value = field.value();
    out.headers[lower({name.data(), name.size()})] = std::string{value.data(), value.size()};
  }
  out.body = from.get().body();
  return out;
}

} // namespace

std::string answer::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string{} : found->second;
}

boost::json::object answer::json() const {
  return boost::json::parse(body).as_object();
}

struct client::machinery {
  std::uint16_t port;
  std::string& transcript;
  std::filesystem::path ca;
  int receive_buffer = 0;
  asio::io_context context{1};
  std::optional<asio::ssl::context> tls;
  std::optional<beast::ssl_stream<beast::tcp_stream>> secure;
  std::optional<beast::tcp_stream> plain;
  std::string pending;
  std::optional<parser> reading;

  machinery(std::uint16_t at, std::string& all, std::filesystem::path authority)
      : port(at), transcript(all), ca(std::move(authority)) {}

  beast::tcp_stream& lowest() { return secure ? secure->next_layer() : *plain; }

  /// Starts one operation and waits for its end.
  template <class Start>
  std::pair<error_code, std::size_t> wait(Start start) {
    std::pair<error_code, std::size_t> ended;
    lowest().expires_after(step_deadline);
    start([&](error_code failed, auto... count) {
      ended.first = failed;
      ((ended.second = static_cast<std::size_t>(count)), ...);
    });
    context.restart();
    context.run();
    lowest().expires_never();
    if (ended.first == beast::error::timeout)
      throw std::runtime_error("the server is late");
    return ended;
  }

  void connect() {
    if (plain || secure)
      return;
    pending.clear();
    if (ca.empty()) {
      plain.emplace(context);
    } else {
      tls.emplace(asio::ssl::context::tls_client);
      tls->load_verify_file(ca.string());
      tls->set_verify_mode(asio::ssl::verify_peer);
      secure.emplace(context, *tls);
    }
    auto& socket = lowest().socket();
    socket.open(asio::ip::tcp::v4());
    if (receive_buffer > 0)
      socket.set_option(asio::socket_base::receive_buffer_size{receive_buffer});
    const asio::ip::tcp::endpoint at{asio::ip::address_v4::loopback(), port};
    must(wait([&](auto done) { lowest().async_connect(at, done); }).first);
    if (secure)
      must(wait([&](auto done) { secure->async_handshake(asio::ssl::stream_base::client, done); }).first);
  }

  void hang_up() {
    plain.reset();
    secure.reset();
  }

  static void must(error_code failed) {
    if (failed)
      throw std::runtime_error(failed.message());
  }

  /// False at the end of the connection.
  bool read_more() {
    char bytes[16 * 1024];
    const auto into = asio::buffer(bytes);
    const auto [failed, count] = secure ? wait([&](auto done) { secure->async_read_some(into, done); })
                                        : wait([&](auto done) { plain->async_read_some(into, done); });
    pending.append(bytes, count);
    transcript.append(bytes, count);
    return !failed;
  }

  void begin_answer(bool to_head) {
    reading.emplace();
    reading->eager(true);
    reading->skip(to_head);
    reading->body_limit(boost::none);
  }

  /// Takes in some more of the answer.
  void feed() {
    while (true) {
      if (!pending.empty()) {
        error_code failed;
        const auto used = reading->put(asio::buffer(pending), failed);
        pending.erase(0, used);
        if (failed && failed != http::error::need_more)
          throw std::runtime_error("no HTTP answer: " + failed.message());
        if (used > 0)
          return;
      }
      if (read_more())
        continue;
      if (!reading->got_some())
        throw std::runtime_error("the server closed without an answer");
      error_code unfinished;
      reading->put_eof(unfinished);
      if (unfinished || !reading->is_done())
        throw std::runtime_error("the server broke off");
      return;
    }
  }
};

client::client(std::uint16_t port, std::string& transcript, std::string token, std::filesystem::path ca)
    : inner_(std::make_unique<machinery>(port, transcript, std::move(ca))), token_(std::move(token)) {
}
client::~client() = default;
client::client(client&&) noexcept = default;

std::string client::bytes_of(const call& what) const {
  std::string out = what.method + ' ' + what.path + " HTTP/1.1\r\nHost: localhost\r\n";
  if (!token_.empty() && !what.headers.contains("Authorization"))
    out += "Authorization: Bearer " + token_ + "\r\n";
  if (!what.body.empty() && !what.headers.contains("Content-Type"))
    out += "Content-Type: application/json\r\n";
  if (!what.body.empty())
    out += "Content-Length: " + std::to_string(what.body.size()) + "\r\n";
  for (const auto& [name, value] : what.headers)
    out.append(name).append(": ").append(value).append("\r\n");
  return out + "\r\n" + what.body;
}

answer client::send(const call& what) {
  write(bytes_of(what));
  return read_answer(what.method == "HEAD");
}

answer client::get(const std::string& path) {
  return send({"GET", path, {}, {}});
}
answer client::post(const std::string& path, const boost::json::object& body) {
  return send({"POST", path, boost::json::serialize(body), {}});
}
answer client::patch(const std::string& path, const boost::json::object& body, const std::string& if_match) {
  return send({"PATCH", path, boost::json::serialize(body), {{"If-Match", if_match}}});
}
answer client::remove(const std::string& path, const std::string& if_match) {
  return send({"DELETE", path, {}, {{"If-Match", if_match}}});
}

void client::write(std::string_view bytes) {
  inner_->connect();
  const auto from = asio::buffer(bytes);
  const auto sent = inner_->secure ? inner_->wait([&](auto done) { asio::async_write(*inner_->secure, from, done); })
                                   : inner_->wait([&](auto done) { asio::async_write(*inner_->plain, from, done); });
  machinery::must(sent.first);
}

answer client::read_answer(bool to_head) {
  inner_->connect();
  inner_->begin_answer(to_head);
  while (!inner_->reading->is_done())
    inner_->feed();
  auto got = answer_of(*inner_->reading);
  if (!inner_->reading->keep_alive() && got.status != 100)
    inner_->hang_up();
  return got;
}

std::string client::read_until(std::string_view text) {
  if (!inner_->reading || inner_->reading->is_done())
    inner_->begin_answer(false);
  auto& reading = *inner_->reading;
  while (!reading.is_header_done() || reading.get().body().find(text) == std::string::npos) {
    if (reading.is_done())
      throw std::runtime_error("the answer ended without '" + std::string{text} + "': " + reading.get().body());
    inner_->feed();
  }
  return reading.get().body();
}

std::string client::read_to_end() {
  while (!inner_->reading->is_done())
    inner_->feed();
  return inner_->reading->get().body();
}

answer client::head() const {
  return answer_of(*inner_->reading);
}

bool client::is_closed_silently() {
  return drain() == 0;
}

std::size_t client::drain() {
  inner_->connect();
  auto got = inner_->pending.size();
  inner_->pending.clear();
  while (inner_->read_more()) {
    got += inner_->pending.size();
    inner_->pending.clear();
  }
  inner_->hang_up();
  return got;
}

void client::set_receive_buffer(int bytes) {
  inner_->receive_buffer = bytes;
}

} // namespace postroom::api::test
