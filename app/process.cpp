#include "app/process.hpp"

#include "api/access_tokens.hpp"
#include "app/declare.hpp"
#include "app/version.hpp"
#include "net/io_threads.hpp"

#include <csignal>
#include <malloc.h>

namespace postroom::app {
namespace {

sigset_t our_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGUSR1, SIGUSR2})
    sigaddset(&set, number);
  return set;
}

std::string url_of(const configuration& config, std::uint16_t port) {
  const bool tls = !config.api.tls_certificate.empty();
  const auto host = config.api.listen.substr(0, config.api.listen.rfind(':'));
  return (tls ? "https://" : "http://") + host + ':' + std::to_string(port);
}

} // namespace

void prepare_process() {
  net::ignore_sigpipe();
  const auto set = our_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  // One arena per thread would keep freed memory of every burst apart; two are enough for our few busy threads.
  mallopt(M_ARENA_MAX, 2);
  mallopt(M_TRIM_THRESHOLD, 4 * 1024 * 1024);
}

bool end_wanted(std::chrono::milliseconds limit, log::level level) {
  const auto set = our_signals();
  const auto end = std::chrono::steady_clock::now() + limit;
  while (true) {
    const auto left = std::max<std::chrono::nanoseconds>(end - std::chrono::steady_clock::now(), {});
    const timespec wait{static_cast<time_t>(left.count() / 1'000'000'000),
                        static_cast<long>(left.count() % 1'000'000'000)};
    const int number = sigtimedwait(&set, nullptr, &wait);
    if (number == SIGINT || number == SIGTERM)
      return true;
    if (number == SIGUSR1)
      log::set_level(log::level::debug);
    else if (number == SIGUSR2)
      log::set_level(level);
    else if (left.count() == 0)
      return false;
  }
}

node_settings settings_of(const configuration& config) {
  node_settings out;
  out.data_directory = config.data_directory;
  out.key_file = config.store.key_file;
  out.store_memory_bytes = config.store.memory_bytes;
  out.credit_bytes = config.limits.credit_pool_bytes;
  out.connections_per_second_per_host = config.limits.connections_per_second_per_host;
  out.sent_search = std::chrono::seconds{config.limits.sent_search_s};
  return out;
}

std::string gateway_process::version() {
  return std::string{app::version};
}

result<std::unique_ptr<gateway_process>> gateway_process::start(const configuration& config,
                                                                const node_settings& settings, const clock& time) {
  auto data = open_data(settings, time);
  if (!data)
    return data.error();
  if (auto declared = declare(*data->store, *data->keys, config, time.now()); !declared)
    return declared.error();
  std::unique_ptr<gateway_process> out{new gateway_process{time}};
  out->metrics_.count_dropped_log_lines(log::dropped_lines);
  auto node = node::start(settings, std::move(*data), time, out->metrics_);
  if (!node)
    return node.error();
  out->node_ = std::move(*node);
  api::server_options options;
  options.listen = config.api.listen;
  options.tls_certificate = config.api.tls_certificate;
  options.tls_key = config.api.tls_key;
  auto& n = *out->node_;
  auto server = api::server::start(
      options, api::services{n.store(), n.keys(), time, n.actors(), n.gateway(), n.events(), out->metrics_});
  if (!server)
    return server.error();
  out->server_ = std::move(*server);
  out->url_ = url_of(config, out->server_->port());
  log::info("gateway.started", {{"version", version()}, {"url", out->url_}});
  return out;
}

gateway_process::~gateway_process() {
  stop();
}

result<std::string> gateway_process::make_token(const std::string& note) {
  auto token = api::create_token(node_->store(), {note, {}, {api::scope::admin}, 0}, time_.now());
  if (!token)
    return token.error();
  return token->plain.expose();
}

void gateway_process::stop() {
  if (server_)
    server_->stop();
  server_.reset();
  if (node_)
    node_->stop();
  node_.reset();
}

} // namespace postroom::app
