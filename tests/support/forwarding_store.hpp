#pragma once

#include "storage/store.hpp"

#include <memory>
#include <utility>

namespace postroom {

/// Passes everything on to another store; tests override what they want to go wrong.
class forwarding_store : public storage::store {
public:
  explicit forwarding_store(storage::store& real) : real_(real) {}
  /// Takes the other one along.
  explicit forwarding_store(std::unique_ptr<storage::store> real) : owned_(std::move(real)), real_(*owned_) {}

  void commit(storage::batch what, storage::completion<storage::commit_result> done) override {
    real_.commit(std::move(what), std::move(done));
  }
  void resolve(batch_id id, storage::completion<result<storage::outcome>> done) override {
    real_.resolve(id, std::move(done));
  }
  void get(storage::record_key key, storage::completion<result<std::optional<storage::record>>> done) override {
    real_.get(std::move(key), std::move(done));
  }
  void scan(storage::space where, storage::key_range range, std::size_t limit, bool reverse,
            storage::completion<result<std::vector<storage::record>>> done) override {
    real_.scan(where, std::move(range), limit, reverse, std::move(done));
  }
  void read_stream(std::string stream, std::uint64_t after, std::size_t limit, std::size_t bytes_max,
                   storage::completion<result<std::vector<storage::stream_entry>>> done) override {
    real_.read_stream(std::move(stream), after, limit, bytes_max, std::move(done));
  }
  void with_snapshot(std::function<void(const storage::snapshot&)> work) override {
    real_.with_snapshot(std::move(work));
  }
  void write_chunk(blob_id blob, std::uint32_t index, std::string bytes,
                   storage::completion<result<void>> done) override {
    real_.write_chunk(blob, index, std::move(bytes), std::move(done));
  }
  void read_chunk(blob_id blob, std::uint32_t index,
                  storage::completion<result<std::optional<std::string>>> done) override {
    real_.read_chunk(blob, index, std::move(done));
  }
  void collect_bodies(std::int64_t before, storage::completion<result<std::size_t>> done) override {
    real_.collect_bodies(before, std::move(done));
  }
  void claim(std::vector<shard_id> shards, storage::completion<result<std::vector<storage::fence>>> done) override {
    real_.claim(std::move(shards), std::move(done));
  }
  [[nodiscard]] storage::store_stats stats() const override { return real_.stats(); }

protected:
  [[nodiscard]] storage::store& real() const { return real_; }

private:
  std::unique_ptr<storage::store> owned_; ///< null: somebody else's
  storage::store& real_;
};

} // namespace postroom
