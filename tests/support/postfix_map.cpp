#include "tests/support/postfix_map.hpp"

#include "tests/support/process.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <vector>

namespace postroom::test {
namespace {

struct client {
  int fd;
  std::string unread;
};

/// Takes a whole netstring off the front: "5:hello,".
std::optional<std::string> take_netstring(std::string& text) {
  const auto colon = text.find(':');
  if (colon == std::string::npos)
    return std::nullopt;
  const auto length = std::strtoul(text.c_str(), nullptr, 10);
  if (text.size() < colon + 1 + length + 1)
    return std::nullopt;
  auto content = text.substr(colon + 1, length);
  text.erase(0, colon + 1 + length + 1);
  return content;
}

/// Reads what has come and answers the questions in it; false when the client has gone.
bool attend(client& who, const postfix_map::look_up& answer) {
  char bytes[4096];
  const auto count = ::recv(who.fd, bytes, sizeof bytes, 0);
  if (count <= 0)
    return false;
  who.unread.append(bytes, static_cast<std::size_t>(count));
  while (const auto question = take_netstring(who.unread)) {
    const auto blank = question->find(' ');
    const auto value =
        blank == std::string::npos ? std::nullopt : answer(question->substr(0, blank), question->substr(blank + 1));
    const auto text = value ? "OK " + *value : std::string{"NOTFOUND "};
    const auto reply = std::to_string(text.size()) + ":" + text + ",";
    if (::send(who.fd, reply.data(), reply.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(reply.size()))
      return false;
  }
  return true;
}

int listen_on(std::uint16_t port) {
  const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int yes = 1;
  ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener, 128) != 0)
    throw std::runtime_error("the table for Postfix cannot listen on port " + std::to_string(port));
  return listener;
}

} // namespace

postfix_map::postfix_map(look_up answer)
    : answer_(std::move(answer)), port_(free_port()), listener_(listen_on(port_)), thread_([this] { serve(); }) {
}

postfix_map::~postfix_map() {
  stopping_ = true;
  thread_.join();
  ::close(listener_);
}

std::string postfix_map::table(const std::string& name) const {
  return "socketmap:inet:127.0.0.1:" + std::to_string(port_) + ":" + name;
}

void postfix_map::serve() {
  std::vector<client> clients;
  while (!stopping_) {
    std::vector<pollfd> waiting{{listener_, POLLIN, 0}};
    for (const auto& each : clients)
      waiting.push_back({each.fd, POLLIN, 0});
    if (::poll(waiting.data(), waiting.size(), 20) <= 0)
      continue;
    for (std::size_t i = 1; i < waiting.size(); ++i)
      if (waiting[i].revents != 0 && !attend(clients[i - 1], answer_)) {
        ::close(clients[i - 1].fd);
        clients[i - 1].fd = -1;
      }
    std::erase_if(clients, [](const client& each) { return each.fd < 0; });
    if (waiting[0].revents != 0)
      if (const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC); fd >= 0)
        clients.push_back({fd, {}});
  }
  for (const auto& each : clients)
    ::close(each.fd);
}

} // namespace postroom::test
