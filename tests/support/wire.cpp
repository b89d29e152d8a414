#include "tests/support/wire.hpp"

#include "base/encoding.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace postroom::test {

using namespace std::chrono_literals;

struct wire::state {
  int fd = -1;
  SSL_CTX* context = nullptr;
  SSL* ssl = nullptr;

  ~state() {
    SSL_free(ssl);
    SSL_CTX_free(context);
    if (fd >= 0)
      ::close(fd);
  }
  [[nodiscard]] ssize_t read(void* bytes, std::size_t count) const {
    return ssl ? SSL_read(ssl, bytes, static_cast<int>(count)) : ::recv(fd, bytes, count, 0);
  }
  [[nodiscard]] ssize_t write(const void* bytes, std::size_t count) const {
    return ssl ? SSL_write(ssl, bytes, static_cast<int>(count)) : ::send(fd, bytes, count, MSG_NOSIGNAL);
  }
  [[nodiscard]] bool start_tls(const std::filesystem::path& ca_file) {
    context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    if (SSL_CTX_load_verify_locations(context, ca_file.c_str(), nullptr) != 1)
      return false;
    ssl = SSL_new(context);
    SSL_set_tlsext_host_name(ssl, "localhost");
    SSL_set1_host(ssl, "localhost");
    SSL_set_fd(ssl, fd);
    return SSL_connect(ssl) == 1;
  }
};

wire::wire(std::unique_ptr<state> state) : state_(std::move(state)) {
}
wire::~wire() = default;

result<std::unique_ptr<wire>> wire::connect(std::uint16_t port, const std::filesystem::path& ca_file) {
  auto state = std::make_unique<wire::state>();
  state->fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::connect(state->fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return fail(errc::connect_failed, "port " + std::to_string(port));
  if (!ca_file.empty() && !state->start_tls(ca_file))
    return fail(errc::tls_failed, ERR_error_string(ERR_get_error(), nullptr));
  return std::unique_ptr<wire>{new wire(std::move(state))};
}

result<void> wire::start_tls(const std::filesystem::path& ca_file) {
  if (!state_->start_tls(ca_file))
    return fail(errc::tls_failed, ERR_error_string(ERR_get_error(), nullptr));
  return {};
}

result<void> wire::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = state_->write(bytes.data(), std::min<std::size_t>(bytes.size(), 64 * 1024));
    if (written <= 0)
      return fail(errc::connection_lost, "write");
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

result<void> wire::fill(std::chrono::steady_clock::time_point end) {
  if (!state_->ssl || SSL_pending(state_->ssl) == 0) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    pollfd waiting{state_->fd, POLLIN, 0};
    if (left <= 0 || ::poll(&waiting, 1, static_cast<int>(left)) != 1)
      return fail(errc::timeout, "nothing came; so far: " + buffer_.substr(0, 200));
  }
  char bytes[16 * 1024];
  const auto count = state_->read(bytes, sizeof bytes);
  if (count <= 0)
    return fail(errc::connection_lost, "read");
  buffer_.append(bytes, static_cast<std::size_t>(count));
  return {};
}

result<std::string> wire::read_line(std::chrono::milliseconds deadline) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  std::size_t newline = 0;
  while ((newline = buffer_.find('\n')) == std::string::npos)
    if (auto filled = fill(end); !filled)
      return filled.error();
  std::string line = buffer_.substr(0, newline);
  buffer_.erase(0, newline + 1);
  if (!line.empty() && line.back() == '\r')
    line.pop_back();
  return line;
}

result<std::string> wire::read_bytes(std::size_t count, std::chrono::milliseconds deadline) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (buffer_.size() < count)
    if (auto filled = fill(end); !filled)
      return filled.error();
  std::string bytes = buffer_.substr(0, count);
  buffer_.erase(0, count);
  return bytes;
}

result<std::vector<std::string>> wire::read_until(std::string_view prefix, std::chrono::milliseconds deadline) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  std::vector<std::string> lines;
  do {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    auto line = read_line(std::max(left, 0ms));
    if (!line)
      return line.error();
    lines.push_back(std::move(*line));
  } while (!lines.back().starts_with(prefix));
  return lines;
}

result<std::vector<std::string>> wire::command(std::string_view text) {
  const std::string tag = "t" + std::to_string(++tags_) + " ";
  if (auto written = write(tag + std::string{text} + "\r\n"); !written)
    return written.error();
  return read_until(tag);
}

std::string xoauth2(std::string_view user, std::string_view token) {
  return base64_encode("user=" + std::string{user} +
                       "\x01"
                       "auth=Bearer " +
                       std::string{token} + "\x01\x01");
}

} // namespace postroom::test
