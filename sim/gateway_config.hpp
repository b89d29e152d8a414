#pragma once

#include "sim/scenario.hpp"

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace postroom::sim {

struct gateway_config_options {
  std::filesystem::path data_directory = "data";
  std::string listen = "127.0.0.1:8025"; ///< browsers reach it as `http://localhost:port`
  std::filesystem::path ca_file;         ///< empty: the stand-in speaks no TLS
  double connections_per_second_per_host = 20;
  std::string catch_up = "all"; ///< of every account: `all`, `new`
  std::string log_level = "info";
  std::size_t accounts_max = static_cast<std::size_t>(-1);
};

/// postroom.toml for a gateway whose customers are those of the stand-in: each with its Cloud Providers, the sign-ins
/// of its delegates and an account for each of their mailboxes. Holds secrets.
[[nodiscard]] std::string gateway_config(std::span<const provider_facts> providers,
                                         const gateway_config_options& options);

/// Where browsers come back to such a gateway after a sign-in, at each service: what must be registered with the
/// applications. None when the port is not known yet, being 0.
[[nodiscard]] std::vector<std::string> callback_uris(std::string_view listen);

/// `contoso-ltd` of `Contoso, Ltd.`: what a gateway takes for an id.
[[nodiscard]] std::string id_of(std::string_view name);

} // namespace postroom::sim
