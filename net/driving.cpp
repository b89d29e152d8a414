#include "net/driving.hpp"

#include "protocol/http/proxy_connect.hpp"

#include <utility>

namespace postroom::net {
namespace {

boost::asio::awaitable<result<void>> connect_through(transport& connection, const server_address& server,
                                                     const proxy_server& proxy, speaks_first who, mono_time until) {
  auto dialogue = http::proxy_connect::make(server.host, server.port, proxy.user, proxy.password);
  if (!dialogue)
    co_return dialogue.error();
  auto connecting = connection.connect(proxy.host, proxy.port, until);
  if (auto connected = co_await std::move(connecting); !connected)
    co_return connected;
  auto opening = connection.open_tunnel(std::move(*dialogue), who, until);
  co_return co_await std::move(opening);
}

} // namespace

boost::asio::awaitable<result<void>> connect(transport& connection, const server_address& server,
                                             const proxy_server* proxy, speaks_first who, mono_time until) {
  if (!proxy) {
    auto connecting = connection.connect(server.host, server.port, until);
    co_return co_await std::move(connecting);
  }
  auto connecting = connect_through(connection, server, *proxy, who, until);
  auto connected = co_await std::move(connecting);
  if (!connected && connected.error().code != errc::cancelled)
    co_return fail(connected.error().code, "by proxy " + proxy->host + ": " + connected.error().detail);
  co_return connected;
}

boost::asio::awaitable<result<void>> secure(transport& connection, tls_contexts& contexts, const server_address& server,
                                            mono_time until) {
  const auto context = contexts.get(server.ca_file);
  if (!context)
    co_return context.error();
  auto ssl = (*context)->make_client(server.host, server.port);
  if (!ssl)
    co_return ssl.error();
  auto shaking = connection.handshake(std::move(*ssl), server.host, until);
  co_return co_await std::move(shaking);
}

} // namespace postroom::net
