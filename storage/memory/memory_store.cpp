#include "storage/memory/memory_store.hpp"

#include "base/limits.hpp"
#include "storage/batch_check.hpp"
#include "storage/keys.hpp"
#include "storage/memory/memory_state.hpp"

#include <deque>
#include <mutex>
#include <type_traits>

namespace postroom::storage {
namespace {

class memory_snapshot final : public snapshot {
public:
  explicit memory_snapshot(const memory::tables& frozen) : frozen_(frozen) {}

  [[nodiscard]] result<std::optional<record>> get(const record_key& key) const override {
    return memory::get(frozen_, key);
  }
  [[nodiscard]] result<std::vector<record>> scan(space where, const key_range& range, std::size_t limit,
                                                 bool reverse) const override {
    return memory::scan(frozen_, where, range, limit, reverse);
  }
  [[nodiscard]] result<std::vector<stream_entry>> read_stream(const std::string& stream, std::uint64_t after,
                                                              std::size_t limit, std::size_t bytes_max) const override {
    return memory::read_stream(frozen_, stream, after, limit, bytes_max);
  }
  [[nodiscard]] result<std::uint64_t> last_seq(const std::string& stream) const override {
    const auto found = frozen_.streams.find(stream);
    return found == frozen_.streams.end() ? 0 : found->second.size();
  }

private:
  const memory::tables& frozen_;
};

class memory_store final : public store {
public:
  explicit memory_store(const clock& time) : clock_(time) {
    state_->records[keys::format_version()] = {revision{1}, {}, "1"};
  }

  void commit(batch what, completion<commit_result> done) override {
    if (auto bad = refuse(what))
      return done(unavailable(std::move(*bad)));
    done(commit_locked(what));
  }

  void resolve(batch_id id, completion<result<outcome>> done) override {
    auto answer = outcome::unavailable;
    {
      std::lock_guard lock{mutex_};
      const auto [at, inserted] = ids_.try_emplace(id, false);
      if (inserted)
        id_ages_.push_back({id, clock_.now()});
      if (at->second)
        answer = outcome::committed;
    }
    done(answer);
  }

  void get(record_key key, completion<result<std::optional<record>>> done) override {
    done(read([&](const snapshot& now) { return now.get(key); }));
  }
  void scan(space where, key_range range, std::size_t limit, bool reverse,
            completion<result<std::vector<record>>> done) override {
    done(read([&](const snapshot& now) { return now.scan(where, range, limit, reverse); }));
  }
  void read_stream(std::string stream, std::uint64_t after, std::size_t limit, std::size_t bytes_max,
                   completion<result<std::vector<stream_entry>>> done) override {
    done(read([&](const snapshot& now) { return now.read_stream(stream, after, limit, bytes_max); }));
  }
  void with_snapshot(std::function<void(const snapshot&)> work) override {
    std::unique_lock lock{mutex_};
    auto frozen = state_;
    lock.unlock();
    work(memory_snapshot{*frozen});
    // Under the mutex, so that whoever finds the tables unshared again also sees that reading them has ended.
    lock.lock();
    frozen.reset();
  }

  void write_chunk(blob_id blob, std::uint32_t index, std::string bytes, completion<result<void>> done) override {
    if (auto bad = refuse_chunk(index, bytes.size()))
      return done(std::move(*bad));
    bool refused = false;
    {
      std::lock_guard lock{mutex_};
      auto& body = bodies_[blob];
      refused = body.state != memory::body_state::staged;
      if (!refused) {
        body.since_ms = now_ms();
        body.chunks.insert_or_assign(index, std::move(bytes));
      }
    }
    done(refused ? result<void>{fail(errc::conflict, "the body is complete")} : result<void>{});
  }

  void read_chunk(blob_id blob, std::uint32_t index, completion<result<std::optional<std::string>>> done) override {
    std::optional<std::string> chunk;
    {
      std::lock_guard lock{mutex_};
      const auto body = bodies_.find(blob);
      if (body != bodies_.end() && body->second.state != memory::body_state::released)
        if (const auto found = body->second.chunks.find(index); found != body->second.chunks.end())
          chunk = found->second;
    }
    done(std::move(chunk));
  }

  void collect_bodies(std::int64_t staged_before_ms, completion<result<std::size_t>> done) override {
    std::size_t collected = 0;
    {
      std::lock_guard lock{mutex_};
      collected = std::erase_if(bodies_, [&](const auto& each) {
        const auto& body = each.second;
        return body.state == memory::body_state::released ||
               (body.state == memory::body_state::staged && body.since_ms < staged_before_ms);
      });
    }
    done(collected);
  }

  void claim(std::vector<shard_id> shards, completion<result<std::vector<fence>>> done) override {
    if (auto bad = refuse_claim(shards))
      return done(std::move(*bad));
    std::vector<fence> fences;
    {
      std::lock_guard lock{mutex_};
      auto& records = writable().records;
      for (auto shard : shards) {
        auto& entry = records[keys::epoch(shard)];
        const shard_epoch next{entry.rev.value + 1};
        entry = {revision{next.value}, shard, encode_epoch(next)};
        fences.push_back({shard, next});
      }
    }
    done(std::move(fences));
  }

  [[nodiscard]] store_stats stats() const override {
    std::lock_guard lock{mutex_};
    return stats_;
  }

private:
  commit_result commit_locked(const batch& what) {
    std::lock_guard lock{mutex_};
    forget_old_ids();
    commit_result answer;
    if (const auto known = ids_.find(what.id); known != ids_.end()) {
      if (!known->second)
        return unavailable(fail(errc::cancelled, "the batch was given up before it was committed"));
      answer.outcome = outcome::committed;
      return answer;
    }
    for (const auto& each : what.relies_on)
      if (each.epoch != epoch_of(each.shard))
        answer.stale.push_back(each.shard);
    if (!answer.stale.empty()) {
      answer.outcome = outcome::fenced;
      return answer;
    }
    answer = memory::apply(what.operations, writable(), bodies_, now_ms());
    if (answer.outcome == outcome::committed) {
      ids_[what.id] = true;
      id_ages_.push_back({what.id, clock_.now()});
      ++stats_.commits;
      ++stats_.syncs;
    }
    return answer;
  }

  [[nodiscard]] shard_epoch epoch_of(shard_id shard) const {
    const auto found = state_->records.find(keys::epoch(shard));
    return found == state_->records.end() ? shard_epoch{} : shard_epoch{found->second.rev.value};
  }

  void forget_old_ids() {
    for (; !id_ages_.empty() && id_ages_.front().second + limits::batch_id_retention < clock_.now();
         id_ages_.pop_front())
      ids_.erase(id_ages_.front().first);
  }

  [[nodiscard]] std::int64_t now_ms() const { return clock_.now().time_since_epoch().count(); }

  template <class Read>
  [[nodiscard]] std::invoke_result_t<Read, const snapshot&> read(Read how) const {
    std::lock_guard lock{mutex_};
    return how(memory_snapshot{*state_});
  }
  /// The tables to change: a copy of their own while a snapshot looks at the present ones.
  memory::tables& writable() {
    if (state_.use_count() > 1)
      state_ = std::make_shared<memory::tables>(*state_);
    return *state_;
  }

  const clock& clock_;
  mutable std::mutex mutex_;
  std::shared_ptr<memory::tables> state_ = std::make_shared<memory::tables>();
  memory::bodies bodies_;
  std::unordered_map<batch_id, bool> ids_; ///< true: committed, false: burnt
  std::deque<std::pair<batch_id, wall_time>> id_ages_;
  store_stats stats_;
};

} // namespace

std::unique_ptr<store> open_memory_store(const clock& time) {
  return std::make_unique<memory_store>(time);
}

} // namespace postroom::storage
