#include "bench/scale/event_streams.hpp"

#include "bench/typical_mail.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

namespace postroom::bench::scale {
namespace {

constexpr int poll_ms = 100;

int connect_to(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (fd < 0 || ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("cannot connect to the gateway's API");
  return fd;
}

} // namespace

event_streams::event_streams(const api_endpoint& api, const std::vector<std::string>& tenants, std::size_t mails)
    : times_(mails, 0) {
  for (const auto& each : tenants)
    connect(api, each);
  thread_ = std::thread{[this] { run(); }};
}

event_streams::~event_streams() {
  stop();
  for (const auto& each : streams_)
    ::close(each.socket);
}

const std::vector<std::int64_t>& event_streams::times() {
  stop();
  return times_;
}

void event_streams::stop() {
  stopping_ = true;
  if (thread_.joinable())
    thread_.join();
}

void event_streams::connect(const api_endpoint& api, const std::string& tenant) {
  stream made{connect_to(api.port), {}};
  const std::string request = "GET /v1/events?tenant=" + tenant +
                              " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + api.token +
                              "\r\nAccept: text/event-stream\r\n\r\n";
  if (::send(made.socket, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size()))
    throw std::runtime_error("the gateway's API does not take a request");
  streams_.push_back(std::move(made));
}

void event_streams::run() {
  std::vector<pollfd> wanted;
  for (const auto& each : streams_)
    wanted.push_back({each.socket, POLLIN, 0});
  while (!stopping_) {
    if (::poll(wanted.data(), wanted.size(), poll_ms) <= 0)
      continue;
    for (std::size_t i = 0; i < wanted.size(); ++i)
      if (wanted[i].revents != 0 && !read(streams_[i])) {
        say("an event stream broke off"); // the mails that are now missed make the run fail
        wanted[i].fd = -1;
      }
  }
}

/// Chunks begin and end between events, so that a line of data is whole whatever the framing around it.
bool event_streams::read(stream& from) {
  char bytes[16 * 1024];
  const auto count = ::recv(from.socket, bytes, sizeof bytes, MSG_DONTWAIT);
  if (count <= 0)
    return count < 0 && (errno == EAGAIN || errno == EINTR);
  from.unread.append(bytes, static_cast<std::size_t>(count));
  const auto now = now_ns();
  std::size_t at = 0;
  for (auto end = from.unread.find('\n'); end != std::string::npos; end = from.unread.find('\n', at)) {
    on_line(from.unread.substr(at, end - at), now);
    at = end + 1;
  }
  from.unread.erase(0, at);
  return true;
}

void event_streams::on_line(const std::string& line, std::int64_t now) {
  const auto number = line.starts_with("data: ") ? number_of(line) : std::string::npos;
  if (number >= times_.size())
    return;
  if (times_[number] != 0) {
    ++doubled_;
    return;
  }
  times_[number] = now;
  ++seen_;
}

} // namespace postroom::bench::scale
