#pragma once

#include "storage/store.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace postroom::api::test {

/// A store whose commits a test may look at, change the world before, or answer itself. Set the hook while nothing is
/// under way.
class meddled_store final : public storage::store {
public:
  explicit meddled_store(std::unique_ptr<storage::store> inner) : inner_(std::move(inner)) {}

  /// An answer is given in place of the commit.
  std::function<std::optional<storage::commit_result>(const storage::batch&)> before_commit;
  [[nodiscard]] storage::store& inner() { return *inner_; }

  void commit(storage::batch what, storage::completion<storage::commit_result> done) override {
    if (before_commit)
      if (auto answer = before_commit(what)) {
        done(std::move(*answer));
        return;
      }
    inner_->commit(std::move(what), std::move(done));
  }
  void resolve(batch_id id, storage::completion<result<storage::outcome>> done) override {
    inner_->resolve(id, std::move(done));
  }
  void get(storage::record_key key, storage::completion<result<std::optional<storage::record>>> done) override {
    inner_->get(std::move(key), std::move(done));
  }
  void scan(storage::space where, storage::key_range range, std::size_t limit, bool reverse,
            storage::completion<result<std::vector<storage::record>>> done) override {
    inner_->scan(where, std::move(range), limit, reverse, std::move(done));
  }
  void read_stream(std::string stream, std::uint64_t after, std::size_t limit, std::size_t bytes_max,
                   storage::completion<result<std::vector<storage::stream_entry>>> done) override {
    inner_->read_stream(std::move(stream), after, limit, bytes_max, std::move(done));
  }
  void with_snapshot(std::function<void(const storage::snapshot&)> work) override {
    inner_->with_snapshot(std::move(work));
  }
  void write_chunk(blob_id blob, std::uint32_t index, std::string bytes,
                   storage::completion<result<void>> done) override {
    inner_->write_chunk(blob, index, std::move(bytes), std::move(done));
  }
  void read_chunk(blob_id blob, std::uint32_t index,
                  storage::completion<result<std::optional<std::string>>> done) override {
    inner_->read_chunk(blob, index, std::move(done));
  }
  void collect_bodies(std::int64_t before, storage::completion<result<std::size_t>> done) override {
    inner_->collect_bodies(before, std::move(done));
  }
  void claim(std::vector<shard_id> shards, storage::completion<result<std::vector<storage::fence>>> done) override {
    inner_->claim(std::move(shards), std::move(done));
  }
  [[nodiscard]] storage::store_stats stats() const override { return inner_->stats(); }

private:
  std::unique_ptr<storage::store> inner_;
};

} // namespace postroom::api::test
