#pragma once

#include "storage/store.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace postroom::api::test {

/// A store that remembers of each chunk only how large it was, and reads it back as so many `x`: large bodies cost no
/// memory then. All else goes to another store, which gets one octet for each chunk.
class sized_store final : public storage::store {
  template <class Work>
  auto locked(Work work) const {
    const std::lock_guard lock{mutex_};
    return work();
  }

public:
  explicit sized_store(std::unique_ptr<storage::store> inner) : inner_(std::move(inner)) {}

  [[nodiscard]] std::uint64_t written() const {
    return locked([&] { return written_; });
  }
  [[nodiscard]] std::uint64_t largest() const {
    return locked([&] { return largest_; });
  }
  /// Chunks of this index and above find the disk full.
  void fail_from(std::uint32_t index) { fail_from_ = index; }

  void write_chunk(blob_id blob, std::uint32_t index, std::string bytes,
                   storage::completion<result<void>> done) override {
    if (index >= fail_from_) {
      done(fail(errc::disk_full, "for a test"));
      return;
    }
    locked([&] {
      written_ += bytes.size();
      largest_ = std::max<std::uint64_t>(largest_, bytes.size());
      sizes_[{blob, index}] = bytes.size();
      return 0;
    });
    inner_->write_chunk(blob, index, "x", std::move(done));
  }
  void read_chunk(blob_id blob, std::uint32_t index,
                  storage::completion<result<std::optional<std::string>>> done) override {
    const auto size = locked([&] {
      const auto found = sizes_.find({blob, index});
      return found == sizes_.end() ? std::size_t{0} : found->second;
    });
    if (size == 0)
      inner_->read_chunk(blob, index, std::move(done));
    else
      done(std::optional{std::string(size, 'x')});
  }

  void commit(storage::batch what, storage::completion<storage::commit_result> done) override {
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
  void collect_bodies(std::int64_t before, storage::completion<result<std::size_t>> done) override {
    inner_->collect_bodies(before, std::move(done));
  }
  void claim(std::vector<shard_id> shards, storage::completion<result<std::vector<storage::fence>>> done) override {
    inner_->claim(std::move(shards), std::move(done));
  }
  [[nodiscard]] storage::store_stats stats() const override { return inner_->stats(); }

private:
  std::unique_ptr<storage::store> inner_;
  mutable std::mutex mutex_;
  std::map<std::pair<blob_id, std::uint32_t>, std::size_t> sizes_;
  std::uint64_t written_ = 0;
  std::uint64_t largest_ = 0;
  std::uint32_t fail_from_ = 0xffffffff;
};

} // namespace postroom::api::test
