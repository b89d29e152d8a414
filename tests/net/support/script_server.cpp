#include "tests/net/support/script_server.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>

namespace postroom::net::test {

peer::~peer() {
  SSL_free(ssl_);
}

bool peer::start_tls() {
  if (!ctx_)
    return false;
  ssl_ = SSL_new(ctx_);
  SSL_set_fd(ssl_, fd_);
  ERR_clear_error();
  return SSL_accept(ssl_) == 1;
}

bool peer::write(std::string_view octets) {
  while (!octets.empty()) {
    ERR_clear_error();
    const auto sent = ssl_ ? SSL_write(ssl_, octets.data(), static_cast<int>(octets.size()))
                           : static_cast<int>(::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL));
    if (sent <= 0)
      return false;
    octets.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool peer::write_slowly(std::string_view octets) {
  return std::ranges::all_of(octets, [this](const char& c) { return write({&c, 1}); });
}

long peer::read_some(char* into, std::size_t room) {
  ERR_clear_error();
  return ssl_ ? SSL_read(ssl_, into, static_cast<int>(room)) : ::recv(fd_, into, room, 0);
}

std::string peer::read_line() {
  for (;;) {
    const auto end = buffered_.find('\n');
    if (end != std::string::npos) {
      auto line = buffered_.substr(0, end + 1);
      buffered_.erase(0, end + 1);
      return line;
    }
    char some[4096];
    const auto got = read_some(some, sizeof some);
    if (got <= 0)
      return {};
    buffered_.append(some, static_cast<std::size_t>(got));
  }
}

void peer::drain() {
  char some[4096];
  while (read_some(some, sizeof some) > 0)
    continue;
}

void peer::refuse_tls() {
  static_cast<void>(start_tls());
  ::shutdown(fd_, SHUT_WR);
  char some[4096];
  while (::recv(fd_, some, sizeof some, 0) > 0)
    continue;
}

void peer::wait_until_stopped() {
  pollfd socket{fd_, 0, 0}; // only hang-ups and errors
  while (::poll(&socket, 1, -1) < 0)
    continue;
}

void peer::goodbye() {
  if (ssl_)
    SSL_shutdown(ssl_);
  ::shutdown(fd_, SHUT_RDWR);
}

void peer::tunnel_to(std::uint16_t port, std::string words, bool wait_for_greeting) {
  const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  char some[16384];
  const auto pass_on = [&](int from, int to) {
    const auto got = ::recv(from, some, sizeof some, 0);
    return got > 0 && ::send(to, some, static_cast<std::size_t>(got), MSG_NOSIGNAL) == got;
  };
  bool open = ::connect(server, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  if (open && wait_for_greeting) {
    const auto got = ::recv(server, some, sizeof some, 0);
    words.append(some, static_cast<std::size_t>(std::max(got, ssize_t{0})));
  }
  open = open && write(words) && (buffered_.empty() || ::send(server, buffered_.data(), buffered_.size(), 0) > 0);
  while (open) {
    pollfd both[2] = {{fd_, POLLIN, 0}, {server, POLLIN, 0}};
    if (::poll(both, 2, -1) < 0)
      continue;
    open = (both[0].revents == 0 || pass_on(fd_, server)) && (both[1].revents == 0 || pass_on(server, fd_));
  }
  ::close(server);
}

bool peer::resumed() const {
  return ssl_ && SSL_session_reused(ssl_);
}

script_server::script_server(script run, const certificate* with, const std::function<void(SSL_CTX*)>& configure)
    : run_(std::move(run)) {
  if (with) {
    ctx_ = SSL_CTX_new(TLS_server_method());
    if (SSL_CTX_use_certificate_chain_file(ctx_, with->chain_file.c_str()) != 1 ||
        SSL_CTX_use_PrivateKey_file(ctx_, with->key_file.c_str(), SSL_FILETYPE_PEM) != 1)
      throw std::runtime_error("cannot use the certificate");
    if (configure)
      configure(ctx_);
  }
  listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listening_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listening_, 1024) != 0 ||
      ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("cannot listen");
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

void script_server::accept_all() {
  for (;;) {
    const int fd = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0)
      return;
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ++accepted_;
    const std::scoped_lock lock{mutex_};
    open_.push_back(fd);
    threads_.emplace_back([this, fd] {
      {
        peer p{fd, ctx_};
        run_(p);
      }
      const std::scoped_lock own_lock{mutex_};
      std::erase(open_, fd);
      ::close(fd);
    });
  }
}

script_server::~script_server() {
  ::shutdown(listening_, SHUT_RDWR);
  acceptor_.join();
  ::close(listening_);
  {
    const std::scoped_lock lock{mutex_};
    for (const int fd : open_)
      ::shutdown(fd, SHUT_RDWR);
  }
  for (auto& thread : threads_)
    thread.join();
  SSL_CTX_free(ctx_);
}

} // namespace postroom::net::test
