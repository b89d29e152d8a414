#include "actors/provider/proxy_of.hpp"

#include "storage/secrets.hpp"

#include <utility>

namespace postroom::provider {

result<net::proxy_server> proxy_of(const records::Provider& provider, const storage::keyring& keys) {
  auto proxy = net::parse_proxy(provider.proxy());
  if (!proxy || proxy->user.empty())
    return proxy;
  auto password = storage::open_secret(keys, provider, "proxy_password");
  if (!password)
    return password.error();
  proxy->password = std::move(*password);
  return proxy;
}

} // namespace postroom::provider
