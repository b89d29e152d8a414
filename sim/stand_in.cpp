#include "sim/stand_in.hpp"

#include "sim/net/server_tls.hpp"
#include "sim/server_group.hpp"
#include "sim/world.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <csignal>
#include <future>
#include <optional>
#include <sys/resource.h>
#include <thread>

namespace postroom::sim {
namespace {

namespace asio = boost::asio;

void raise_file_limit() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
    files.rlim_cur = files.rlim_max;
    (void)::setrlimit(RLIMIT_NOFILE, &files);
  }
}

} // namespace

class stand_in::impl {
public:
  impl() = default;
  impl(const impl&) = delete;
  impl& operator=(const impl&) = delete;
  ~impl() { stop(); }

  result<void> start(const scenario& plan);
  void stop();
  /// Runs on the stand-in's thread, and waits for it.
  template <class Function>
  auto on_thread(Function function) -> decltype(function());

  [[nodiscard]] const provider_facts& first() const { return world_->who.providers.front(); }

  system_clock truth_;
  std::optional<asio::ssl::context> tls_;
  std::unique_ptr<world> world_;
  /// stop() destroys it before the servers: what waits in it uses them.
  std::optional<asio::io_context> io_{std::in_place, 1};
  std::optional<server_group> servers_;
  std::thread thread_;
};

result<void> stand_in::impl::start(const scenario& plan) {
  if (auto fine = check_scenario(plan); !fine)
    return fine;
  raise_file_limit();
  if (plan.tls) {
    auto made = make_server_tls(plan.directory);
    if (!made)
      return made.error();
    tls_.emplace(std::move(*made));
  }
  servers_.emplace(*io_);
  const auto ports = servers_->listen(plan);
  if (!ports)
    return ports.error();
  auto made = world::make(plan, *ports, truth_);
  if (!made)
    return made.error();
  world_ = std::move(*made);
  servers_->serve(*world_, tls_ ? &*tls_ : nullptr);
  thread_ = std::thread{[this] {
    // OpenSSL writes with write(2); a client that went away must not end the process.
    sigset_t broken_pipe;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
    io_->run();
  }};
  return {};
}

void stand_in::impl::stop() {
  if (thread_.joinable()) {
    io_->stop();
    thread_.join();
  }
  if (servers_)
    servers_->close();
  io_.reset();
}

template <class Function>
auto stand_in::impl::on_thread(Function function) -> decltype(function()) {
  std::packaged_task<decltype(function())()> task{std::move(function)};
  auto done = task.get_future();
  asio::post(*io_, [&task] { task(); });
  return done.get();
}

result<std::unique_ptr<stand_in>> stand_in::start(const scenario& plan) {
  auto made = std::make_unique<stand_in::impl>();
  if (auto started = made->start(plan); !started)
    return started.error();
  return std::unique_ptr<stand_in>{new stand_in(std::move(made))};
}

stand_in::stand_in(std::unique_ptr<impl> impl) : impl_(std::move(impl)) {
}

stand_in::~stand_in() = default;

// -- What never changes ----------------------------------------------------------------------------------------------

std::filesystem::path stand_in::ca_file() const {
  return ca_file_of(impl_->world_->plan);
}

std::string stand_in::identity_url() const {
  return impl_->world_->services.base_url;
}

std::string stand_in::control_url() const {
  return "http://localhost:" + std::to_string(ports().control);
}

const served_ports& stand_in::ports() const {
  return impl_->world_->ports;
}

const std::vector<provider_facts>& stand_in::providers() const {
  return impl_->world_->who.providers;
}

const std::string& stand_in::token_url() const {
  return impl_->first().token_url;
}

const std::string& stand_in::tenant_id() const {
  return impl_->first().tenant_id;
}

const std::string& stand_in::client_id() const {
  return impl_->first().client_id;
}

const secret<>& stand_in::client_secret() const {
  return impl_->first().client_secret;
}

const std::string& stand_in::delegate() const {
  return impl_->first().delegates.front().upn;
}

const secret<>& stand_in::refresh_token() const {
  return impl_->first().delegates.front().refresh_token;
}

const std::vector<std::string>& stand_in::mailboxes() const {
  return impl_->world_->who.mailboxes;
}

// -- People ----------------------------------------------------------------------------------------------------------

secret<> stand_in::add_user(const std::string& upn) {
  return impl_->on_thread([&] {
    auto& world = *impl_->world_;
    auto added = sim::add_user(world.plan, world.who, world.services, world.mail, upn, {});
    return added ? std::move(*added) : secret<>{};
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
  impl_->on_thread([&] { impl_->world_->grants.revoke(upn); });
}

// -- Mail ------------------------------------------------------------------------------------------------------------

result<std::uint32_t> stand_in::deliver(const std::string& mailbox, std::string raw) {
  const auto mail = seal(std::move(raw));
  return impl_->on_thread([&] { return impl_->world_->deliver(mailbox, mail, mail_origin::posted); });
}

result<std::uint32_t> stand_in::deliver_generated(const std::string& mailbox) {
  return impl_->on_thread([&] { return impl_->world_->deliver_generated(mailbox); });
}

result<void> stand_in::set_mail_rate(double per_second) {
  if (!mail_flow::is_rate(per_second))
    return fail(errc::invalid_argument, "no rate of mails");
  impl_->on_thread([&] { impl_->world_->flow.set_rate(per_second, impl_->world_->time.ticks()); });
  return {};
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
  impl_->on_thread([&] { impl_->servers_->drop([](std::string_view) { return true; }); });
}

// -- Faults, journal, statistics -------------------------------------------------------------------------------------

result<std::uint64_t> stand_in::add_fault(fault what) {
  return impl_->on_thread([&] { return impl_->world_->faults.add(std::move(what)); });
}

bool stand_in::remove_fault(std::uint64_t id) {
  return impl_->on_thread([&] { return impl_->world_->faults.remove(id); });
}

std::vector<delivered_mail> stand_in::delivered(std::uint64_t after, std::size_t limit) const {
  return impl_->on_thread([&] { return impl_->world_->records.delivered(after, limit); });
}

std::vector<submitted_entry> stand_in::submitted(std::uint64_t after, std::size_t limit) const {
  return impl_->on_thread([&] { return impl_->world_->records.submitted(after, limit); });
}

std::uint64_t stand_in::delivered_forgotten() const {
  return impl_->on_thread([&] { return impl_->world_->records.delivered_forgotten(); });
}

std::uint64_t stand_in::submitted_forgotten() const {
  return impl_->on_thread([&] { return impl_->world_->records.submitted_forgotten(); });
}

stand_in_stats stand_in::stats() const {
  return impl_->on_thread([&] { return impl_->servers_->count(); });
}

void stand_in::reset_peaks() {
  impl_->on_thread([&] { impl_->world_->reset_peaks(); });
}

void stand_in::stop() {
  impl_->stop();
}

} // namespace postroom::sim
