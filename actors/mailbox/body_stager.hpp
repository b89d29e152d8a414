#pragma once

#include "storage/store.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace postroom::mailbox {

/// Brings the pieces of one link's large bodies to the store, a few at a time: the store's queue has room for all
/// mailboxes together. Thread-safe; always owned by a
/// shared_ptr, since answers may arrive when the link is gone. The store must outlive all answers.
class body_stager : public std::enable_shared_from_this<body_stager> {
public:
  explicit body_stager(storage::store& into) : store_(into) {}

  void stage(blob_id blob, std::uint32_t index, std::string octets);
  /// False while pieces wait here: then the link reads no more, so that a large mail on a slow disk stays on its server
  /// and not in memory.
  [[nodiscard]] bool keeps_up();
  /// Calls `then` once all pieces staged since the last call are in the store, or with the first failure among them:
  /// only then can the body be read back. At once or on a storage thread; must not block.
  void when_stored(std::function<void(result<void>)> then);

private:
  struct piece {
    blob_id blob;
    std::uint32_t index = 0;
    std::string octets;
  };
  /// One body: the pieces that are still to be answered.
  struct body {
    std::size_t open = 0;
    std::optional<error> failed;
    std::function<void(result<void>)> then;
  };
  struct waiting {
    piece what;
    std::shared_ptr<body> of;
  };
  void pump();
  void answered(const std::shared_ptr<body>& of, const result<void>& how);

  storage::store& store_;
  std::mutex mutex_;
  std::deque<waiting> queue_;
  std::shared_ptr<body> current_ = std::make_shared<body>();
  std::size_t in_flight_ = 0;
};

} // namespace postroom::mailbox
