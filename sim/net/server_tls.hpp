#pragma once

#include "base/result.hpp"

#include <boost/asio/ssl/context.hpp>
#include <filesystem>

namespace postroom::sim {

/// TLS 1.2 and later for servers on localhost and 127.0.0.1, frugal with thousands of idle connections. Makes
/// certificates in the directory, which is made when missing. `internal` when that fails.
[[nodiscard]] result<boost::asio::ssl::context> make_server_tls(const std::filesystem::path& directory);

} // namespace postroom::sim
