#pragma once

#include "base/environment.hpp"
#include "base/limits.hpp"
#include "base/log.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

#include "records.pb.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// `postroom.toml`: plain structs with their defaults. Times, ids and fields of the declared objects follow the same
/// table as the API's (storage/object_schema.hpp).
namespace postroom::app {

struct api_config {
  std::string listen = "127.0.0.1:8025";
  std::filesystem::path tls_certificate;
  std::filesystem::path tls_key;
};

struct store_config {
  std::uint64_t memory_bytes = 24 * limits::mib; ///< caches and write buffers together
  /// Empty: `POSTROOM_KEYS` from the environment, else `<data_directory>/sealing.keys`, made at the first start.
  std::filesystem::path key_file;
};

struct limits_config {
  std::uint32_t connections_per_second_per_host = 20;
  std::uint64_t credit_pool_bytes = limits::credit_pool_bytes;
  std::uint32_t sent_search_s = 120; ///< how long after a doubt the copy of a sent mail may still come
};

/// A provider and its secret, which is sealed only when it is stored.
struct declared_provider {
  records::Provider record;
  secret<> client_secret;
  secret<> certificate_key;
  secret<> proxy_password;
};
struct declared_grant {
  records::Grant record;
  secret<> secret_value; ///< refresh token or password
};

struct configuration {
  /// Relative paths in the file are relative to the file's folder.
  std::filesystem::path data_directory = "data";
  api_config api;
  log::config log;
  store_config store;
  limits_config limits;
  std::vector<records::Tenant> tenants; ///< `default` when none is declared
  std::vector<declared_provider> providers;
  std::vector<declared_grant> grants;
  std::vector<records::Account> accounts;
};

/// Mistakes reported at once.
inline constexpr std::size_t config_problems_max = 20;

/// Reads and checks a configuration. `env` answers the `*_env` settings. `not_found` when there is no such file;
/// `invalid_argument` lists every mistake (at most config_problems_max) on a line of its own:
/// `<file>:<line>:<column>: <what is wrong>`. Secrets are never quoted.
[[nodiscard]] result<configuration> load_configuration(const std::filesystem::path& file, const environment& env);
/// Only where the store is: `data_directory` and `[store]`. Nothing else is checked, and no secret is asked for.
[[nodiscard]] result<configuration> load_store_configuration(const std::filesystem::path& file);
/// The same as load_configuration() from text; `file` names it and anchors relative paths.
[[nodiscard]] result<configuration> parse_configuration(std::string_view text, const std::filesystem::path& file,
                                                        const environment& env);

} // namespace postroom::app
