#include "app/config_files.hpp"

#include "api/server.hpp"
#include "storage/sealing.hpp"

#include <cstdlib>

namespace postroom::app {
namespace {

/// Keys that the operator gave; those made at the first start are none of the configuration's.
result<void> check_sealing_keys(const std::filesystem::path& key_file) {
  if (!key_file.empty()) {
    const auto keys = storage::keyring::from_file(key_file);
    return keys ? result<void>{} : result<void>{keys.error()};
  }
  const char* value = std::getenv("POSTROOM_KEYS"); // NOLINT(concurrency-mt-unsafe): nobody sets it
  if (!value || !*value)
    return {};
  const auto keys = storage::keyring::from_environment(value);
  return keys ? result<void>{} : fail(keys.error().code, "POSTROOM_KEYS: " + keys.error().detail);
}

} // namespace

result<void> check_files(const configuration& of) {
  api::server_options options;
  options.tls_certificate = of.api.tls_certificate;
  options.tls_key = of.api.tls_key;
  if (auto usable = api::check_tls(options); !usable)
    return usable;
  return check_sealing_keys(of.store.key_file);
}

} // namespace postroom::app
