#include "tests/support/smtp_sink.hpp"

#include "tests/support/process.hpp"
#include "tests/support/smtp_sink_conversation.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <list>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace postroom::test {

std::string sunk_mail::field(std::string_view name) const {
  for (std::size_t begin = 0; begin < header.size();) {
    auto end = header.find("\r\n", begin);
    while (end != std::string::npos && end + 2 < header.size() && (header[end + 2] == ' ' || header[end + 2] == '\t'))
      end = header.find("\r\n", end + 2);
    const auto line = std::string_view{header}.substr(begin, end - begin);
    if (line.size() > name.size() && line[name.size()] == ':' &&
        ::strncasecmp(line.data(), name.data(), name.size()) == 0) {
      std::string value;
      for (const char c : line.substr(name.size() + 1))
        if (c != '\r' && c != '\n' && (c != ' ' || !value.empty()))
          value += c;
      return value;
    }
    begin = end == std::string::npos ? header.size() : end + 2;
  }
  return {};
}

struct smtp_sink::server {
  struct connection {
    explicit connection(int fd) : stream(fd) {}
    smtp_sink_stream stream;
    std::atomic<bool> ended{false};
    std::thread thread;
  };

  explicit server(smtp_sink_options chosen)
      : options(std::move(chosen)), port(options.port ? options.port : free_port()) {
    listen();
  }
  ~server() { stop(); }

  void listen() {
    listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(listener, 512) != 0)
      throw std::runtime_error("SMTP sink cannot listen on port " + std::to_string(port));
    stopping = false;
    accepting = std::thread{[this] { accept_until_stopped(); }};
  }

  void stop() {
    stopping = true;
    if (accepting.joinable()) {
      accepting.join();
      ::close(listener);
    }
    for (auto& each : clients)
      each.stream.interrupt();
    for (auto& each : clients)
      each.thread.join();
    clients.clear();
  }

  void accept_until_stopped() {
    // OpenSSL writes without MSG_NOSIGNAL; the threads of the connections inherit this.
    sigset_t broken_pipe;
    sigemptyset(&broken_pipe);
    sigaddset(&broken_pipe, SIGPIPE);
    ::pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
    while (!stopping) {
      clients.remove_if([](connection& each) {
        if (each.ended)
          each.thread.join();
        return !each.thread.joinable();
      });
      pollfd waiting{listener, POLLIN, 0};
      const int fd = ::poll(&waiting, 1, 20) == 1 ? ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC) : -1;
      if (fd < 0)
        continue;
      auto& client = clients.emplace_back(fd);
      client.thread = std::thread{[this, &client] { serve(client); }};
    }
  }

  void serve(connection& client) {
    {
      const std::lock_guard lock{mutex};
      ++connections;
      open_max = std::max(open_max, ++open);
    }
    const std::function<void(sunk_mail)> keep = [this](sunk_mail mail) { take(std::move(mail)); };
    smtp_sink_conversation{client.stream, options, plan, keep}.run();
    client.stream.close();
    {
      const std::lock_guard lock{mutex};
      --open;
    }
    client.ended = true;
  }

  void take(sunk_mail mail) {
    mail.at = std::chrono::steady_clock::now();
    if (options.on_mail)
      options.on_mail(mail);
    if (!options.keep_raw)
      mail.raw = {};
    const std::lock_guard lock{mutex};
    mails.push_back(std::move(mail));
    arrived.notify_all();
  }

  smtp_sink_options options;
  std::uint16_t port;
  smtp_fault_plan plan;
  int listener = -1;
  std::atomic<bool> stopping{false};
  std::thread accepting;
  std::list<connection> clients; ///< touched by the accepting thread only, until that has ended

  std::mutex mutex; ///< guards what follows
  std::condition_variable arrived;
  std::vector<sunk_mail> mails;
  std::size_t connections = 0;
  std::size_t open = 0;
  std::size_t open_max = 0;
};

smtp_sink::smtp_sink(smtp_sink_options options) : server_(std::make_unique<server>(std::move(options))) {
}

smtp_sink::~smtp_sink() = default;

std::uint16_t smtp_sink::port() const noexcept {
  return server_->port;
}

void smtp_sink::plan(smtp_fault fault) {
  server_->plan.add(std::move(fault));
}

void smtp_sink::forget_plan() {
  server_->plan.clear();
}

std::size_t smtp_sink::faults_struck() const {
  return server_->plan.struck();
}

std::vector<sunk_mail> smtp_sink::mails() const {
  const std::lock_guard lock{server_->mutex};
  return server_->mails;
}

std::size_t smtp_sink::count() const {
  const std::lock_guard lock{server_->mutex};
  return server_->mails.size();
}

std::size_t smtp_sink::count(std::string_view message_id) const {
  const std::lock_guard lock{server_->mutex};
  return static_cast<std::size_t>(std::ranges::count(server_->mails, message_id, &sunk_mail::message_id));
}

bool smtp_sink::await(std::size_t n, std::chrono::milliseconds deadline) const {
  std::unique_lock lock{server_->mutex};
  return server_->arrived.wait_for(lock, deadline, [&] { return server_->mails.size() >= n; });
}

std::optional<sunk_mail> smtp_sink::await_mail(std::string_view message_id, std::chrono::milliseconds deadline) const {
  std::unique_lock lock{server_->mutex};
  std::optional<sunk_mail> found;
  server_->arrived.wait_for(lock, deadline, [&] {
    const auto mail = std::ranges::find(server_->mails, message_id, &sunk_mail::message_id);
    if (mail != server_->mails.end())
      found = *mail;
    return found.has_value();
  });
  return found;
}

std::size_t smtp_sink::connections() const {
  const std::lock_guard lock{server_->mutex};
  return server_->connections;
}

std::size_t smtp_sink::open_connections() const {
  const std::lock_guard lock{server_->mutex};
  return server_->open;
}

std::size_t smtp_sink::open_connections_max() const {
  const std::lock_guard lock{server_->mutex};
  return server_->open_max;
}

void smtp_sink::kill() {
  server_->stop();
}

void smtp_sink::restart() {
  server_->stop();
  server_->listen();
}

} // namespace postroom::test
