#include "tests/net/support/connect_proxy.hpp"

#include <cstdlib>
#include <utility>

namespace postroom::net::test {

connect_proxy::connect_proxy(proxy_manners manners)
    : manners_(std::move(manners)), server_([this](peer& client) { serve(client); }) {
}

std::vector<std::string> connect_proxy::requests() const {
  const std::scoped_lock lock{mutex_};
  return requests_;
}

void connect_proxy::serve(peer& client) {
  std::string head;
  for (auto line = client.read_line(); line.size() > 2; line = client.read_line())
    head += line;
  {
    const std::scoped_lock lock{mutex_};
    requests_.push_back(head);
  }
  if (!manners_.credentials.empty() &&
      head.find("\r\nProxy-Authorization: Basic " + manners_.credentials + "\r\n") == std::string::npos) {
    client.write("HTTP/1.1 407 Who is it?\r\nProxy-Authenticate: Basic realm=\"test\"\r\n\r\n");
    client.goodbye();
    return;
  }
  auto words = manners_.answer;
  if (manners_.slowly) {
    client.write_slowly(words);
    words.clear();
  }
  if (manners_.serves) {
    const auto colon = head.find(':'); // of CONNECT host:port
    const auto port = std::strtoul(head.c_str() + colon + 1, nullptr, 10);
    client.tunnel_to(static_cast<std::uint16_t>(port), std::move(words), manners_.with_greeting);
    return;
  }
  client.write(words);
  if (manners_.stalls)
    client.drain();
  client.goodbye();
}

} // namespace postroom::net::test
