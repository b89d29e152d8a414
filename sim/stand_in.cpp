#include "sim/stand_in.hpp"

#include "base/limits.hpp"
#include "sim/imap/connection.hpp"
#include "sim/net/certificates.hpp"
#include "sim/net/listening.hpp"
#include "sim/smtp/connection.hpp"
#include "sim/world.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <future>
#include <optional>
#include <sys/resource.h>
#include <thread>

namespace postroom::sim {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);
/// How exactly expired tokens end their sessions.
constexpr auto tick_period = 1s;
constexpr std::size_t mailboxes_max = 100'000;

void raise_file_limit() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
    files.rlim_cur = files.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &files);
  }
}

result<asio::ssl::context> tls_context(const certificate_files& files) {
  boost::system::error_code failure;
  asio::ssl::context context{asio::ssl::context::tls_server};
  context.use_certificate_chain_file(files.certificate.string(), failure);
  if (!failure)
    context.use_private_key_file(files.private_key.string(), asio::ssl::context::pem, failure);
  if (failure)
    return fail(errc::internal, "the server certificate cannot be used: " + failure.message());
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_session_cache_mode(context.native_handle(), SSL_SESS_CACHE_OFF); // tickets resume without memory here
  SSL_CTX_set_mode(context.native_handle(),
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return context;
}

asio::awaitable<void> tick_for_ever(connection_hub& hub) {
  asio::steady_timer timer{co_await asio::this_coro::executor};
  for (;;) {
    timer.expires_after(tick_period);
    co_await timer.async_wait(as_values);
    for (auto* connection : hub.connections)
      connection->tick();
  }
}

asio::awaitable<void> deliver_for_ever(world& world, std::chrono::milliseconds period) {
  asio::steady_timer timer{co_await asio::this_coro::executor};
  for (;;) {
    timer.expires_after(period);
    co_await timer.async_wait(as_values);
    world.deliver_somewhere();
  }
}

} // namespace

class stand_in::impl {
public:
  explicit impl(options options) : options_(std::move(options)) {}
  ~impl() { stop(); }

  result<void> start();
  result<void> make_tls();
  void stop();
  /// Runs on the stand-in's thread, and waits for it.
  template <class Function>
  auto on_thread(Function function) -> decltype(function());

  [[nodiscard]] std::string identity_url() const {
    return (options_.tls ? "https" : "http") + std::string{"://localhost:"} + std::to_string(identity_port_);
  }
  [[nodiscard]] stand_in_stats count() const;

  options options_;
  std::uint16_t identity_port_ = 0;
  std::uint16_t imap_port_ = 0;
  std::uint16_t smtp_port_ = 0;
  std::filesystem::path ca_file_;
  std::optional<asio::ssl::context> tls_;
  std::optional<world> world_;
  std::optional<connection_hub> hub_;
  std::optional<submission_hub> submission_;
  http_handler http_handler_;
  std::thread thread_;
  /// Last, hence destroyed first: what still waits in it refers to the members above.
  asio::io_context io_{1};
};

result<void> stand_in::impl::make_tls() {
  std::error_code failure;
  std::filesystem::create_directories(options_.directory, failure);
  const auto files = make_certificates(options_.directory, {"localhost", "127.0.0.1"});
  if (!files)
    return files.error();
  auto context = tls_context(*files);
  if (!context)
    return context.error();
  tls_.emplace(std::move(*context));
  ca_file_ = files->ca_certificate;
  return {};
}

result<void> stand_in::impl::start() {
  if (options_.mailboxes == 0 || options_.mailboxes > mailboxes_max || options_.domain.empty() ||
      options_.access_token_life <= 0s || options_.mail_every < 0ms || (options_.tls && options_.directory.empty()))
    return fail(errc::invalid_argument, "options of the stand-in");
  raise_file_limit();
  if (options_.tls)
    if (auto made = make_tls(); !made)
      return made;
  auto identity_acceptor = listen(io_, options_.identity_port);
  if (!identity_acceptor)
    return identity_acceptor.error();
  auto imap_acceptor = listen(io_, options_.imap_port);
  if (!imap_acceptor)
    return imap_acceptor.error();
  auto smtp_acceptor = listen(io_, options_.smtp_port);
  if (!smtp_acceptor)
    return smtp_acceptor.error();
  identity_port_ = identity_acceptor->local_endpoint().port();
  imap_port_ = imap_acceptor->local_endpoint().port();
  smtp_port_ = smtp_acceptor->local_endpoint().port();
  world_.emplace(options_, identity_url());
  hub_.emplace(connection_hub{imap_services{world_->mail, world_->tokens, world_->time, world_->stats},
                              tls_ ? tls_->native_handle() : nullptr});
  submission_.emplace(submission_hub{submission_services{world_->mail, world_->tokens, world_->time, world_->stats},
                                     tls_ ? &*tls_ : nullptr});
  http_handler_ = [this](const http_request& request) {
    world_->stats = count();
    return world_->answer(request);
  };
  const auto serve_imap = [this](tcp::socket socket) {
    asio::co_spawn(io_, imap_connection::run(std::make_shared<imap_connection>(std::move(socket), *hub_)),
                   asio::detached);
  };
  const auto serve_smtp = [this](tcp::socket socket) {
    asio::co_spawn(io_, serve_submission(std::move(socket), *submission_), asio::detached);
  };
  asio::co_spawn(io_, serve_http(std::move(*identity_acceptor), tls_ ? &*tls_ : nullptr, http_handler_),
                 asio::detached);
  asio::co_spawn(io_, accept_for_ever(std::move(*imap_acceptor), serve_imap), asio::detached);
  asio::co_spawn(io_, accept_for_ever(std::move(*smtp_acceptor), serve_smtp), asio::detached);
  asio::co_spawn(io_, tick_for_ever(*hub_), asio::detached);
  if (options_.mail_every > 0ms)
    asio::co_spawn(io_, deliver_for_ever(*world_, options_.mail_every), asio::detached);
  thread_ = std::thread{[this] {
    // OpenSSL writes with write(2); a client that went away must not end the process.
    sigset_t broken_pipe;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
    io_.run();
  }};
  return {};
}

void stand_in::impl::stop() {
  if (!thread_.joinable())
    return;
  io_.stop();
  thread_.join();
}

template <class Function>
auto stand_in::impl::on_thread(Function function) -> decltype(function()) {
  std::packaged_task<decltype(function())()> task{std::move(function)};
  auto done = task.get_future();
  asio::post(io_, [&task] { task(); });
  return done.get();
}

stand_in_stats stand_in::impl::count() const {
  auto stats = world_->stats;
  stats.connections = hub_->connections.size();
  stats.submission_connections = submission_->open;
  stats.idling = static_cast<std::size_t>(
      std::ranges::count_if(hub_->connections, [](const auto* each) { return each->idling(); }));
  return stats;
}

result<std::unique_ptr<stand_in>> stand_in::start(options options) {
  auto impl = std::make_unique<stand_in::impl>(std::move(options));
  if (auto started = impl->start(); !started)
    return started.error();
  return std::unique_ptr<stand_in>{new stand_in(std::move(impl))};
}

stand_in::stand_in(std::unique_ptr<impl> impl) : impl_(std::move(impl)) {
}

stand_in::~stand_in() = default;

std::filesystem::path stand_in::ca_file() const {
  return impl_->ca_file_;
}

std::string stand_in::identity_url() const {
  return impl_->identity_url();
}

std::string stand_in::token_url() const {
  return identity_url() + "/" + tenant_id() + "/oauth2/v2.0/token";
}

std::uint16_t stand_in::identity_port() const {
  return impl_->identity_port_;
}

std::uint16_t stand_in::imap_port() const {
  return impl_->imap_port_;
}

std::uint16_t stand_in::smtp_port() const {
  return impl_->smtp_port_;
}

const std::string& stand_in::tenant_id() const {
  return impl_->world_->tenant_id;
}

const std::string& stand_in::client_id() const {
  return impl_->world_->client_id;
}

const secret<>& stand_in::client_secret() const {
  return impl_->world_->client_secret;
}

const std::string& stand_in::delegate() const {
  return impl_->world_->delegate;
}

const secret<>& stand_in::refresh_token() const {
  return impl_->world_->refresh_token;
}

const std::vector<std::string>& stand_in::mailboxes() const {
  return impl_->world_->mailboxes;
}

secret<> stand_in::add_user(const std::string& upn) {
  return impl_->on_thread([&] {
    impl_->world_->mail.add(upn);
    return impl_->world_->entra.sign_in(upn);
  });
}

void stand_in::allow(const std::string& upn, const std::string& mailbox) {
  impl_->on_thread([&] {
    impl_->world_->mail.allow(upn, mailbox);
    impl_->world_->mail.allow_send_as(upn, mailbox);
  });
}

void stand_in::forbid(const std::string& upn, const std::string& mailbox) {
  impl_->on_thread([&] {
    impl_->world_->mail.forbid(upn, mailbox);
    impl_->world_->mail.forbid_send_as(upn, mailbox);
  });
}

void stand_in::revoke_grants(const std::string& upn) {
  impl_->on_thread([&] { impl_->world_->entra.revoke(upn); });
}

result<std::uint32_t> stand_in::deliver(const std::string& mailbox, std::string raw) {
  return impl_->on_thread([&] { return impl_->world_->deliver(mailbox, std::move(raw)); });
}

result<std::uint32_t> stand_in::deliver_generated(const std::string& mailbox) {
  return impl_->on_thread([&] { return impl_->world_->deliver_generated(mailbox); });
}

result<void> stand_in::expunge(const std::string& mailbox, std::uint32_t uid) {
  return impl_->on_thread([&]() -> result<void> {
    auto* const found = impl_->world_->mail.find(mailbox);
    if (!found || !found->inbox().expunge(uid))
      return fail(errc::not_found, mailbox + " has no mail with UID " + std::to_string(uid));
    return {};
  });
}

result<void> stand_in::renew_uidvalidity(const std::string& mailbox) {
  return impl_->on_thread([&]() -> result<void> {
    auto* const found = impl_->world_->mail.find(mailbox);
    if (!found)
      return fail(errc::not_found, mailbox);
    found->inbox().renumber();
    return {};
  });
}

void stand_in::drop_connections() {
  impl_->on_thread([&] {
    for (auto* connection : impl_->hub_->connections)
      connection->drop();
  });
}

stand_in_stats stand_in::stats() const {
  return impl_->on_thread([&] { return impl_->count(); });
}

void stand_in::stop() {
  impl_->stop();
}

} // namespace postroom::sim
