#include "store_support.hpp"

#include <cstdlib>

namespace postroom::storage {

bool operator==(const record& a, const record& b) {
  return a.key == b.key && a.rev == b.rev && a.shard == b.shard && a.value == b.value;
}
bool operator==(const stream_entry& a, const stream_entry& b) {
  return a.seq == b.seq && a.value == b.value;
}

namespace {

/// Random work on few keys, so that everything meets everything.
class random_work {
public:
  explicit random_work(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t n) { return std::uniform_int_distribution<std::uint64_t>{0, n - 1}(random_); }
  bool once_in(std::uint64_t n) { return below(n) == 0; }

  std::string bytes() {
    const std::size_t sizes[] = {0, 1, 50, 2000, 9000};
    std::string made(sizes[below(5)], '\0');
    for (auto& c : made)
      c = static_cast<char>(below(256));
    return made;
  }
  record_key key() { return {all_spaces[1 + below(3)], std::string(1 + below(2), static_cast<char>('a' + below(5)))}; }
  std::optional<revision> expected() { return once_in(2) ? std::nullopt : std::optional{revision{below(4)}}; }
  shard_id shard() { return {static_cast<std::uint16_t>(below(4))}; }
  std::string stream() { return std::string(1 + below(2), 's'); }
  blob_id blob() {
    blob_id id;
    id.bytes[3] = static_cast<std::uint8_t>(below(12));
    return id;
  }
  batch_id id() {
    batch_id made;
    for (auto& byte : made.bytes)
      byte = static_cast<std::uint8_t>(below(256));
    return made;
  }
  operation op() {
    switch (below(8)) {
    case 0:
      return put_if_absent{key(), bytes(), shard()};
    case 1:
      return erase{key(), expected()};
    case 2:
      return assert_revision{key(), revision{below(3)}};
    case 3:
      return append{stream(), bytes()};
    case 4:
      return reference_body{blob(), static_cast<std::uint32_t>(below(4)), {}};
    case 5:
      return reference_body{blob(), static_cast<std::uint32_t>(below(2)), bytes()};
    case 6:
      return release_body{blob()};
    default:
      return put{key(), bytes(), shard(), expected()};
    }
  }
  batch next(const std::vector<fence>& known_fences) {
    batch made{id(), {}, {}};
    for (auto n = below(4); n > 0; --n)
      made.operations.push_back(op());
    if (!known_fences.empty() && once_in(3))
      made.relies_on.push_back(known_fences[below(known_fences.size())]);
    return made;
  }

private:
  std::mt19937_64 random_;
};

class differential : public testing::TestWithParam<int> {
protected:
  manual_clock time;
  temporary_directory directory;
  std::unique_ptr<store> one = open_memory_store(time);
  std::unique_ptr<store> other = open_or_fail(small_store(directory.path()), time);
  std::vector<batch_id> ids;
  std::vector<fence> fences;

  void commit_both(const batch& what) {
    const auto a = commit(*one, what);
    const auto b = commit(*other, what);
    ASSERT_EQ(a.outcome, b.outcome);
    ASSERT_EQ(a.seqs, b.seqs);
    ASSERT_EQ(a.inserted, b.inserted);
    ASSERT_EQ(a.stale, b.stale);
    ASSERT_EQ(a.conflicting, b.conflicting);
    ASSERT_EQ(a.error ? a.error->code : errc{}, b.error ? b.error->code : errc{});
    ids.push_back(what.id);
  }
  /// Several at once on RocksDB, so that they share groups; their order is the order of the calls.
  void commit_crowd(random_work& work) {
    std::vector<batch> crowd(2 + work.below(20));
    for (auto& each : crowd)
      each = work.next(fences);
    std::vector<std::future<commit_result>> answers;
    for (const auto& each : crowd)
      answers.push_back(start<commit_result>([&](auto done) { other->commit(each, done); }));
    for (std::size_t i = 0; i < crowd.size(); ++i) {
      const auto a = commit(*one, crowd[i]);
      const auto b = answers[i].get();
      ASSERT_EQ(a.outcome, b.outcome);
      ASSERT_EQ(a.seqs, b.seqs);
      ASSERT_EQ(a.inserted, b.inserted);
    }
  }
  template <class Call>
  void both(Call call) {
    const auto a = call(*one);
    const auto b = call(*other);
    ASSERT_EQ(a.has_value(), b.has_value());
    if constexpr (requires { *a == *b; }) {
      ASSERT_TRUE(!a || *a == *b);
    }
    ASSERT_TRUE(a || a.error().code == b.error().code);
  }
  void claim_both(shard_id shard) {
    const auto a = claim(*one, {shard}).value();
    const auto b = claim(*other, {shard}).value();
    ASSERT_EQ(a[0].epoch, b[0].epoch);
    fences.push_back(a[0]);
  }
  void compare_everything() {
    for (const auto where : all_spaces)
      both([&](store& in) { return scan(in, where, {}); });
    for (const std::string stream : {"s", "ss"})
      both([&](store& in) { return read_stream(in, stream); });
    for (std::uint8_t blob = 0; blob < 12; ++blob)
      for (std::uint32_t index = 0; index < 4; ++index) {
        blob_id id;
        id.bytes[3] = blob;
        both([&](store& in) { return read_chunk(in, id, index); });
      }
  }
  void step(random_work& work) {
    switch (work.below(12)) {
    case 0:
      return claim_both(work.shard());
    case 1: {
      const auto id = ids.empty() || work.once_in(4) ? work.id() : ids[work.below(ids.size())];
      ids.push_back(id);
      return both([&](store& in) { return resolve(in, id); });
    }
    case 2:
    case 3: {
      const auto blob = work.blob();
      const auto index = static_cast<std::uint32_t>(work.below(3));
      const auto bytes = work.bytes();
      return both([&](store& in) { return write_chunk(in, blob, index, bytes); });
    }
    case 4: {
      const auto before = time.now().time_since_epoch().count() - static_cast<std::int64_t>(work.below(2000));
      return both([&](store& in) { return collect(in, before); });
    }
    case 5: {
      auto known = work.next(fences);
      if (!ids.empty())
        known.id = ids[work.below(ids.size())];
      return commit_both(known);
    }
    case 6:
      return commit_crowd(work);
    case 7: {
      const auto key = work.key();
      const auto limit = 1 + work.below(5);
      const bool reverse = work.once_in(2);
      return both([&](store& in) { return scan(in, key.space, {key.key, {}}, limit, reverse); });
    }
    default:
      time.advance(std::chrono::milliseconds{work.below(100)});
      return commit_both(work.next(fences));
    }
  }
};

std::uint64_t base_seed() {
  const char* given = std::getenv("POSTROOM_SEED");
  return given ? std::strtoull(given, nullptr, 10) : 20'261'124;
}

INSTANTIATE_TEST_SUITE_P(seeds, differential, testing::Range(0, 4));

TEST_P(differential, memory_and_rocksdb_agree) {
  const auto seed = base_seed() + static_cast<std::uint64_t>(GetParam());
  RecordProperty("seed", std::to_string(seed));
  random_work work{seed};
  for (int i = 0; i < 1500; ++i) {
    SCOPED_TRACE("POSTROOM_SEED=" + std::to_string(seed) + " step " + std::to_string(i));
    step(work);
    if (i % 250 == 249)
      compare_everything();
    if (i % 500 == 499) {
      other.reset();
      other = open_or_fail(small_store(directory.path()), time);
      compare_everything();
    }
    if (HasFatalFailure())
      return;
  }
}

} // namespace
} // namespace postroom::storage
