#include "net/http_exchange.hpp"

#include "base/ascii.hpp"
#include "base/limits.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace postroom::net {
namespace asio = boost::asio;
namespace beast_http = boost::beast::http;

namespace {

/// `100 Continue` and the like before the real answer; one is usual, a stream of them is not.
constexpr unsigned interim_answers_max = 8;

error to_error(const boost::system::error_code& broken) {
  if (broken == beast_http::error::body_limit)
    return fail(errc::too_large, "the answer's body is larger than we take");
  if (broken == beast_http::error::header_limit)
    return fail(errc::too_large, "the answer's headers are larger than we take");
  if (broken == beast_http::error::partial_message || broken == beast_http::error::end_of_stream)
    return fail(errc::connection_lost, "the server closed the connection before its answer was complete");
  return fail(errc::protocol_violation, "not an HTTP answer: " + broken.message());
}

} // namespace

http_exchange::http_exchange(io_thread& thread, tls_contexts& tls, http_plan plan, callback done)
    : thread_(thread), tls_(tls), plan_(std::move(plan)), done_(std::move(done)),
      transport_(std::make_shared<transport>(thread)),
      outcome_(fail(errc::internal, "an exception ended the request")) {
}

void http_exchange::start() {
  thread_.enlist(*this);
  asio::co_spawn(thread_.context(), run(shared_from_this()), [self = shared_from_this()](std::exception_ptr) {
    self->unlink();
    self->transport_->close();
    const auto done = std::move(self->done_);
    done(std::move(self->outcome_));
  });
}

void http_exchange::on_stop() {
  transport_->close();
}

asio::awaitable<void> http_exchange::run(std::shared_ptr<http_exchange> self) {
  auto opening = self->open();
  auto going = co_await std::move(opening);
  if (going) {
    auto asking = self->ask();
    going = co_await std::move(asking);
  }
  if (going) {
    auto receiving = self->receive();
    going = co_await std::move(receiving);
  }
  if (going)
    self->outcome_ = self->take_answer();
  else
    self->outcome_ = going.error();
}

asio::awaitable<result<void>> http_exchange::open() {
  const auto* proxy = plan_.proxy.host.empty() ? nullptr : &plan_.proxy;
  auto connecting = net::connect(*transport_, plan_.server, proxy, speaks_first::client, plan_.until);
  if (auto connected = co_await std::move(connecting); !connected)
    co_return connected;
  if (!plan_.tls) {
    if (!transport_->peer_is_loopback())
      co_return fail(errc::invalid_argument, "http without TLS is for loopback only");
    co_return result<void>{};
  }
  auto securing = net::secure(*transport_, tls_, plan_.server, plan_.until);
  co_return co_await std::move(securing);
}

asio::awaitable<result<void>> http_exchange::ask() {
  auto head = transport_->write_all(plan_.head.expose(), plan_.until);
  if (auto sent = co_await std::move(head); !sent)
    co_return sent;
  auto body = transport_->write_all(plan_.body.expose(), plan_.until);
  co_return co_await std::move(body);
}

asio::awaitable<result<void>> http_exchange::receive() {
  begin_answer();
  while (!parser_->is_done()) {
    const auto buffer = thread_.scratch();
    auto reading = transport_->read_some(buffer, plan_.until);
    const auto got = co_await std::move(reading);
    if (!got)
      co_return got.error();
    if (*got == 0) {
      boost::system::error_code broken = beast_http::error::end_of_stream;
      if (parser_->got_some())
        parser_->put_eof(broken);
      if (broken)
        co_return to_error(broken);
      co_return result<void>{};
    }
    unparsed_.append(buffer.data(), *got);
    if (auto parsed = parse(); !parsed)
      co_return parsed;
  }
  co_return result<void>{};
}

void http_exchange::begin_answer() {
  parser_.emplace();
  parser_->eager(true);
  parser_->skip(plan_.no_body_expected);
  parser_->header_limit(limits::http_header_bytes_max);
  parser_->body_limit(limits::http_answer_bytes_max);
}

result<void> http_exchange::parse() {
  for (;;) {
    boost::system::error_code broken;
    const auto taken = parser_->put(asio::buffer(unparsed_), broken);
    unparsed_.erase(0, taken);
    if (broken == beast_http::error::need_more)
      return result<void>{};
    if (broken)
      return to_error(broken);
    if (parser_->is_done()) {
      if (parser_->get().result_int() / 100 != 1)
        return result<void>{};
      if (++interim_answers_ > interim_answers_max)
        return fail(errc::protocol_violation, "too many interim answers");
      begin_answer();
    }
    if (unparsed_.empty() || taken == 0)
      return result<void>{};
  }
}

http_answer http_exchange::take_answer() {
  auto message = parser_->release();
  http_answer answer;
  answer.status = message.result_int();
  for (const auto& field : message) {
    answer.headers.emplace_back(ascii_lower({field.name_string().data(), field.name_string().size()}),
                                std::string{field.value()});
  }
  answer.body = secret<>{std::move(message.body())};
  return answer;
}

} // namespace postroom::net
