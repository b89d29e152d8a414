#include "app/node.hpp"

#include "storage/blocking.hpp"
#include "storage/rocksdb/rocksdb_store.hpp"

#include <cstdlib>

namespace postroom::app {
namespace {

result<storage::keyring> keys_of(const node_settings& settings) {
  if (!settings.key_file.empty())
    return storage::keyring::from_file(settings.key_file);
  if (const char* value = std::getenv("POSTROOM_KEYS"); value && *value)
    return storage::keyring::from_environment(value);
  const auto file = settings.data_directory / "sealing.keys";
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored))
    return storage::keyring::from_file(file);
  // A key next to what it seals protects backups and copies of the store, not the machine; production names a file.
  return storage::keyring::generate_file(file);
}

} // namespace

result<std::unique_ptr<storage::store>> open_store(const node_settings& settings, const clock& time) {
  std::error_code failed;
  std::filesystem::create_directories(settings.data_directory, failed);
  if (failed)
    return fail(errc::store_unavailable,
                "cannot make data directory " + settings.data_directory.string() + ": " + failed.message());
  storage::rocksdb_options options;
  options.directory = settings.data_directory / "store";
  options.memory_bytes_max = settings.store_memory_bytes;
  options.sync_delay_for_test = settings.sync_delay_for_test;
  return storage::open_rocksdb_store(std::move(options), time);
}

result<opened_store> open_data(const node_settings& settings, const clock& time) {
  auto store = open_store(settings, time);
  if (!store)
    return store.error();
  auto keys = keys_of(settings);
  if (!keys)
    return keys.error();
  opened_store out{std::move(*store), std::make_unique<storage::keyring>(std::move(*keys))};
  const auto checked =
      storage::wait_for<result<void>>([&](auto done) { storage::check_keys(*out.store, *out.keys, done); });
  if (!checked)
    return checked.error();
  return out;
}

} // namespace postroom::app
