#include "tests/support/smtp_sink_stream.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace postroom::test {

smtp_sink_stream::smtp_sink_stream(int fd) : fd_(fd) {
  // Answers that follow each other must not wait for the client's acknowledgements, which the kernel delays.
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

smtp_sink_stream::~smtp_sink_stream() {
  close();
}

bool smtp_sink_stream::fill() {
  if (fd_ < 0)
    return false;
  buffer_.erase(0, begin_);
  begin_ = 0;
  const auto old = buffer_.size();
  constexpr std::size_t piece_bytes = 64 * 1024;
  buffer_.resize(old + piece_bytes);
  const auto count =
      ssl_ ? SSL_read(ssl_, buffer_.data() + old, piece_bytes) : ::recv(fd_, buffer_.data() + old, piece_bytes, 0);
  buffer_.resize(old + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  return count > 0;
}

std::optional<std::string> smtp_sink_stream::read_line() {
  std::size_t newline = 0;
  while ((newline = buffer_.find('\n', begin_)) == std::string::npos)
    if (!fill())
      return std::nullopt;
  auto line = buffer_.substr(begin_, newline - begin_);
  begin_ = newline + 1;
  if (line.ends_with('\r'))
    line.pop_back();
  return line;
}

std::optional<std::string> smtp_sink_stream::read_octets(std::size_t count) {
  while (buffer_.size() - begin_ < count)
    if (!fill())
      return std::nullopt;
  auto octets = buffer_.substr(begin_, count);
  begin_ += count;
  return octets;
}

bool smtp_sink_stream::write(std::string_view octets) {
  while (!octets.empty() && fd_ >= 0) {
    const auto count = ssl_ ? SSL_write(ssl_, octets.data(), static_cast<int>(octets.size()))
                            : ::send(fd_, octets.data(), octets.size(), MSG_NOSIGNAL);
    if (count <= 0)
      return false;
    octets.remove_prefix(static_cast<std::size_t>(count));
  }
  return octets.empty();
}

bool smtp_sink_stream::start_tls(const certificate_files& certificates) {
  buffer_.clear();
  begin_ = 0;
  context_ = SSL_CTX_new(TLS_server_method());
  if (SSL_CTX_use_certificate_chain_file(context_, certificates.certificate.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(context_, certificates.private_key.c_str(), SSL_FILETYPE_PEM) != 1)
    return false;
  ssl_ = SSL_new(context_);
  SSL_set_fd(ssl_, fd_);
  return SSL_accept(ssl_) == 1;
}

void smtp_sink_stream::stall(std::chrono::milliseconds at_most) {
  pollfd waiting{fd_, POLLRDHUP, 0};
  (void)::poll(&waiting, 1, static_cast<int>(at_most.count()));
}

void smtp_sink_stream::free_tls() {
  SSL_free(ssl_);
  SSL_CTX_free(context_);
  ssl_ = nullptr;
  context_ = nullptr;
}

void smtp_sink_stream::close() {
  const std::lock_guard lock{closing_};
  if (fd_ < 0)
    return;
  // With octets unread, close() alone would send RST, and the client might never see our last answer.
  ::shutdown(fd_, SHUT_WR);
  char bytes[4096];
  while (::recv(fd_, bytes, sizeof bytes, MSG_DONTWAIT) > 0) {
  }
  free_tls();
  ::close(fd_);
  fd_ = -1;
}

void smtp_sink_stream::reset() {
  const std::lock_guard lock{closing_};
  if (fd_ < 0)
    return;
  const linger at_once{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  free_tls();
  ::close(fd_);
  fd_ = -1;
}

void smtp_sink_stream::interrupt() {
  const std::lock_guard lock{closing_};
  if (fd_ >= 0)
    ::shutdown(fd_, SHUT_RDWR);
}

} // namespace postroom::test
