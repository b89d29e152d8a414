#pragma once

#include "actors/interfaces.hpp"
#include "actors/messages.hpp"
#include "base/clock.hpp"
#include "base/limits.hpp"
#include "base/result.hpp"
#include "metrics/registry.hpp"
#include "storage/sealing.hpp"
#include "storage/store.hpp"

#include <caf/actor_system.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>

namespace postroom::app {

/// What a node needs to know before it can read the rest from its store.
struct node_settings {
  /// Store, in-flight file and, unless `key_file` says otherwise, the sealing key.
  std::filesystem::path data_directory;
  /// Empty: `POSTROOM_KEYS` from the environment, else `<data_directory>/sealing.keys`, made at the first start.
  std::filesystem::path key_file;
  std::size_t store_memory_bytes = 24 * limits::mib;
  std::size_t io_threads = 1;
  std::size_t parse_workers = 1;
  std::size_t credit_bytes = limits::credit_pool_bytes;
  double connections_per_second_per_host = 20;
  std::chrono::seconds sent_search{120};
  std::chrono::milliseconds sync_delay_for_test{0};
};

/// Store and keys of a data directory, without the running parts: for one-off commands.
struct opened_store {
  std::unique_ptr<storage::store> store;
  std::unique_ptr<storage::keyring> keys;
};
/// The store alone, for what needs no keys. `time` must outlive it.
[[nodiscard]] result<std::unique_ptr<storage::store>> open_store(const node_settings& settings, const clock& time);
/// Opens the store, makes or reads the sealing keys, and proves that they fit. `time` must outlive the store.
[[nodiscard]] result<opened_store> open_data(const node_settings& settings, const clock& time);

/// The running gateway without its HTTP side. Made and ended on the main thread; what it hands out lives as long as it
/// does.
class node {
public:
  [[nodiscard]] static result<std::unique_ptr<node>> start(const node_settings& settings, opened_store data,
                                                           const clock& time, metrics::registry& metrics);
  /// stop(), if that was not called.
  ~node();
  node(const node&) = delete;
  node& operator=(const node&) = delete;

  [[nodiscard]] caf::actor_system& actors();
  [[nodiscard]] gateway_actor gateway() const;
  [[nodiscard]] events_actor events() const;
  [[nodiscard]] storage::store& store();
  [[nodiscard]] const storage::keyring& keys() const;

  /// Asks the gateway; blocks up to `limit`. For the main thread only.
  [[nodiscard]] result<overview> look(std::chrono::milliseconds limit);
  /// Ends mailboxes, connections, parsing and the store, in this order, within about 20 s; what was under way is
  /// either committed or will be fetched again.
  void stop();

private:
  struct parts;
  explicit node(std::unique_ptr<parts> p);
  std::unique_ptr<parts> parts_;
};

} // namespace postroom::app
