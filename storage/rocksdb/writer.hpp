#pragma once

#include "storage/rocksdb/ledger.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <variant>
#include <vector>

namespace postroom::storage::embedded {

struct commit_request {
  batch what;
  completion<commit_result> done;
};
struct resolve_request {
  batch_id id;
  completion<result<outcome>> done;
};
struct claim_request {
  std::vector<shard_id> shards;
  completion<result<std::vector<fence>>> done;
};
struct chunk_request {
  blob_id blob;
  std::uint32_t index = 0;
  std::string bytes;
  completion<result<void>> done;
};
struct collect_request {
  std::string from;
  std::int64_t staged_before_ms = 0;
  std::size_t collected = 0; ///< in the slices before
  completion<result<std::size_t>> done;
};
using request = std::variant<commit_request, resolve_request, claim_request, chunk_request, collect_request>;

/// The one thread that writes. It takes what waits, in order, decides it, writes it at once, then answers. Chunks need
/// no sync and have a queue of their own, which gets every other turn: a large mail does not wait behind everybody's
/// commits, nor they behind it. (Whoever refers to a chunk waits for its answer first.)
class writer {
public:
  writer(database& in, const clock& time);
  ~writer() { stop(); }
  writer(const writer&) = delete;
  writer& operator=(const writer&) = delete;

  /// Reads what the ledger needs, then starts the thread.
  [[nodiscard]] result<void> start();
  /// Answers everything that waits, then ends the thread; from then on everything is refused.
  void stop();

  /// Refuses (`busy`, `cancelled`) when the queue is full or the store is stopping: the request is then untouched.
  [[nodiscard]] std::optional<error> submit(request& what, std::size_t bytes);
  [[nodiscard]] store_stats stats() const;

private:
  using answer = std::function<void(const std::optional<write_failure>&)>;
  struct waiting {
    request what;
    std::size_t bytes = 0;
  };

  void run();
  [[nodiscard]] std::size_t queued() const { return queue_.size() + chunks_.size(); }
  [[nodiscard]] bool take(std::vector<waiting>& group);
  void process(std::vector<waiting>& group);
  [[nodiscard]] answer decide(commit_request& what);
  [[nodiscard]] answer decide(resolve_request& what);
  [[nodiscard]] answer decide(claim_request& what);
  [[nodiscard]] answer decide(chunk_request& what);
  [[nodiscard]] answer decide(collect_request& what);

  ledger ledger_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<waiting> queue_;
  std::deque<waiting> chunks_;
  bool chunks_had_a_turn_ = false;
  std::size_t queue_bytes_ = 0;
  bool stopping_ = false;
  store_stats stats_;
  std::uint64_t group_commits_ = 0; ///< writer thread only
  std::thread thread_;
};

} // namespace postroom::storage::embedded
