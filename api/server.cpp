#include "api/server.hpp"

#include "api/connection.hpp"
#include "api/extraction.hpp"
#include "api/listen_address.hpp"
#include "base/log.hpp"
#include "net/as_values.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>

#include <algorithm>
#include <atomic>
#include <optional>
#include <set>
#include <thread>
#include <vector>

namespace postroom::api {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

using net::as_values;
/// When no connection can be accepted, e.g. for want of file descriptors.
constexpr auto accept_pause = 100ms;

/// A connection, and the way to end what its handler waits for. Lives as long as the connection's coroutine.
struct served {
  std::unique_ptr<connection> client;
  asio::cancellation_signal cut_short;
};

/// One thread and the connections that live on it.
struct worker {
  asio::io_context context{1};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> keep{context.get_executor()};
  asio::steady_timer drain{context};
  std::set<served*> open; ///< touched on this thread only
  bool stopping = false;
  std::thread thread;
};

result<std::optional<asio::ssl::context>> load_tls(const server_options& options) {
  using made = std::optional<asio::ssl::context>;
  if (options.tls_certificate.empty() && options.tls_key.empty())
    return made{};
  if (options.tls_certificate.empty() || options.tls_key.empty())
    return fail(errc::invalid_argument, "tls_certificate and tls_key belong together");
  asio::ssl::context tls{asio::ssl::context::tls_server};
  tls.set_options(asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
  boost::system::error_code bad;
  tls.use_certificate_chain_file(options.tls_certificate.string(), bad);
  if (bad)
    return fail(errc::invalid_argument, "certificate " + options.tls_certificate.string() + ": " + bad.message());
  tls.use_private_key_file(options.tls_key.string(), asio::ssl::context::pem, bad);
  if (bad)
    return fail(errc::invalid_argument, "key " + options.tls_key.string() + ": " + bad.message());
  // Keys of different kinds are not compared when they are read.
  if (SSL_CTX_check_private_key(tls.native_handle()) != 1)
    return fail(errc::invalid_argument,
                "key " + options.tls_key.string() + " is not the one of " + options.tls_certificate.string());
  return made{std::move(tls)};
}

asio::awaitable<void> serve(worker& on, std::shared_ptr<served> what, std::atomic<std::size_t>& count) {
  // To be cut short is an error like others, not an exception.
  co_await asio::this_coro::throw_if_cancelled(false);
  on.open.insert(what.get());
  try {
    // One that was accepted just before the end is not served any more.
    if (!on.stopping)
      co_await what->client->run();
  } catch (const std::exception& e) {
    log::error("api.connection_failed", {{"what", e.what()}});
  }
  on.open.erase(what.get());
  --count;
  if (on.stopping && on.open.empty())
    on.drain.cancel();
}

void begin_stop(worker& on, std::chrono::milliseconds drain) {
  on.stopping = true;
  on.keep.reset();
  for (auto* each : on.open)
    if (each->client->between_requests())
      each->client->close();
  if (on.open.empty())
    return;
  on.drain.expires_after(drain);
  on.drain.async_wait([&on](boost::system::error_code cancelled) {
    if (cancelled)
      return;
    log::warning("api.drain_cut_short", {{"connections", on.open.size()}});
    for (auto* each : on.open) {
      each->cut_short.emit(asio::cancellation_type::terminal);
      each->client->close();
    }
  });
}

} // namespace

result<void> check_tls(const server_options& options) {
  const auto tls = load_tls(options);
  return tls ? result<void>{} : result<void>{tls.error()};
}

class server::machinery {
public:
  machinery(const server_options& options, const services& world, std::optional<asio::ssl::context> tls)
      : options_(options), world_(world), tls_(std::move(tls)) {
    for (std::size_t i = 0; i < std::max<std::size_t>(options.threads, 1); ++i)
      workers_.push_back(std::make_unique<worker>());
    acceptor_.emplace(workers_.front()->context);
  }
  ~machinery() { stop(); }

  result<void> listen(const tcp::endpoint& at) {
    boost::system::error_code bad;
    acceptor_->open(at.protocol(), bad);
    if (!bad)
      acceptor_->set_option(tcp::acceptor::reuse_address{true}, bad);
    if (!bad)
      acceptor_->bind(at, bad);
    if (!bad)
      acceptor_->listen(asio::socket_base::max_listen_connections, bad);
    if (bad)
      return fail(bad == asio::error::address_in_use ? errc::conflict : errc::invalid_argument,
                  "cannot listen on " + options_.listen + ": " + bad.message());
    port_ = acceptor_->local_endpoint(bad).port();
    return {};
  }

  void run() {
    asio::co_spawn(workers_.front()->context, accept_all(), [](std::exception_ptr failed) {
      if (failed)
        log::error("api.acceptor_failed");
    });
    for (auto& each : workers_)
      each->thread = std::thread{[&context = each->context] { context.run(); }};
  }

  void stop() {
    if (side_.stopping.exchange(true))
      return;
    asio::post(workers_.front()->context, [this] {
      boost::system::error_code ignored;
      acceptor_->close(ignored);
    });
    for (auto& each : workers_)
      asio::post(each->context, [&on = *each, drain = options_.drain] { begin_stop(on, drain); });
    for (auto& each : workers_)
      if (each->thread.joinable())
        each->thread.join();
  }

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

private:
  asio::awaitable<void> accept_all() {
    std::size_t turn = 0;
    while (!side_.stopping) {
      auto& on = *workers_[turn++ % workers_.size()];
      tcp::socket socket{on.context};
      const auto [failed] = co_await acceptor_->async_accept(socket, as_values);
      if (side_.stopping)
        break;
      if (failed) {
        asio::steady_timer pause{workers_.front()->context, accept_pause};
        (void)co_await pause.async_wait(as_values);
        continue;
      }
      // Beyond the bound a client is told at once by a closed connection; those already here are not slowed.
      if (count_ >= options_.connections_max)
        continue;
      ++count_;
      auto made = std::make_shared<served>();
      made->client = make_connection(context_, std::move(socket));
      auto slot = made->cut_short.slot();
      asio::co_spawn(on.context, serve(on, made, count_),
                     asio::bind_cancellation_slot(slot, [made](std::exception_ptr) {}));
    }
  }

  const server_options options_;
  const services world_;
  std::optional<asio::ssl::context> tls_;
  extraction_pool extractions_;
  blocking_pool compositions_{limits::http_compositions_max};
  server_side side_{false,        options_.heartbeat, options_.uploads_max, options_.uploads_bytes_max,
                    extractions_, compositions_};
  server_context context_{options_, world_, side_, tls_ ? &*tls_ : nullptr};
  std::atomic<std::size_t> count_{0};
  std::vector<std::unique_ptr<worker>> workers_;
  std::optional<tcp::acceptor> acceptor_;
  std::uint16_t port_ = 0;
};

result<std::unique_ptr<server>> server::start(const server_options& options, const services& world) {
  const auto at = parse_listen_address(options.listen);
  if (!at)
    return at.error();
  auto tls = load_tls(options);
  if (!tls)
    return tls.error();
  if (!*tls && !is_loopback(at->address()))
    return fail(errc::invalid_argument,
                "without tls_certificate and tls_key the API listens only on loopback, not on " + options.listen);
  const bool secure = tls->has_value();
  auto inner = std::make_unique<machinery>(options, world, std::move(*tls));
  if (const auto listening = inner->listen(*at); !listening)
    return listening.error();
  inner->run();
  log::info("api.listening", {{"address", options.listen}, {"port", inner->port()}, {"tls", secure}});
  return std::unique_ptr<server>{new server{std::move(inner)}};
}

server::server(std::unique_ptr<machinery> inner) : inner_(std::move(inner)) {
}
server::~server() = default;

std::uint16_t server::port() const noexcept {
  return inner_->port();
}

void server::stop() {
  inner_->stop();
}

} // namespace postroom::api
