#include "net/driving.hpp"

namespace postroom::net {

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
