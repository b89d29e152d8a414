#include "store_support.hpp"

#include "base/limits.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace postroom::storage {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class records_contract : public any_store {
protected:
  std::vector<std::string> keys(const key_range& range, std::size_t limit = 100, bool reverse = false) {
    std::vector<std::string> found;
    for (const auto& each : scan(db, space::message, range, limit, reverse).value())
      found.push_back(each.key);
    return found;
  }
};
INSTANTIATE_TEST_SUITE_P(stores, records_contract, every_store, store_name);

TEST_P(records_contract, puts_and_counts_revisions) {
  EXPECT_EQ(at("a"), std::nullopt);
  EXPECT_EQ(write("a", "one").outcome, outcome::committed);
  EXPECT_EQ(at("a")->rev, revision{1});
  EXPECT_EQ(at("a")->value, "one");
  EXPECT_EQ(at("a")->shard, shard_id{3});
  EXPECT_EQ(write("a", "two").outcome, outcome::committed);
  EXPECT_EQ(at("a")->rev, revision{2});
  EXPECT_EQ(at("a")->value, "two");
  EXPECT_EQ(at("a", space::cursor), std::nullopt);
}

TEST_P(records_contract, compares_the_revision_before_it_writes) {
  EXPECT_EQ(write("a", "one", revision{0}).outcome, outcome::committed);
  const auto again = write("a", "other", revision{0});
  EXPECT_EQ(again.outcome, outcome::conflict);
  EXPECT_EQ(again.conflicting, 0u);
  EXPECT_EQ(write("a", "two", revision{1}).outcome, outcome::committed);
  EXPECT_EQ(write("a", "late", revision{1}).outcome, outcome::conflict);
  EXPECT_EQ(write("b", "x", revision{7}).outcome, outcome::conflict);
  EXPECT_EQ(at("a")->value, "two");
  EXPECT_EQ(at("b"), std::nullopt);
}

TEST_P(records_contract, erases_and_begins_anew) {
  write("a", "one");
  write("a", "two");
  EXPECT_EQ(commit(db, make_batch({erase{{space::message, "a"}, revision{1}}})).outcome, outcome::conflict);
  EXPECT_EQ(commit(db, make_batch({erase{{space::message, "a"}, revision{2}}})).outcome, outcome::committed);
  EXPECT_EQ(at("a"), std::nullopt);
  EXPECT_EQ(commit(db, make_batch({erase{{space::message, "a"}, {}}})).outcome, outcome::committed);
  EXPECT_EQ(write("a", "new", revision{0}).outcome, outcome::committed);
  EXPECT_EQ(at("a")->rev, revision{1});
}

TEST_P(records_contract, puts_if_absent_and_tells_which) {
  write("a", "old");
  const auto done = commit(db, make_batch({put_if_absent{{space::message, "a"}, "new", {}},
                                           put_if_absent{{space::message, "b"}, "new", shard_id{9}},
                                           put_if_absent{{space::message, "b"}, "newer", {}}}));
  EXPECT_EQ(done.outcome, outcome::committed);
  EXPECT_THAT(done.inserted, ElementsAre(false, true, false));
  EXPECT_EQ(at("a")->value, "old");
  EXPECT_EQ(at("b")->value, "new");
  EXPECT_EQ(at("b")->shard, shard_id{9});
}

TEST_P(records_contract, asserts_without_writing) {
  write("a", "one");
  EXPECT_EQ(commit(db, make_batch({assert_revision{{space::message, "a"}, revision{1}}})).outcome, outcome::committed);
  EXPECT_EQ(commit(db, make_batch({assert_revision{{space::message, "b"}, revision{0}}})).outcome, outcome::committed);
  EXPECT_EQ(commit(db, make_batch({assert_revision{{space::message, "a"}, revision{0}}})).outcome, outcome::conflict);
  EXPECT_EQ(at("a")->rev, revision{1});
}

TEST_P(records_contract, does_all_of_a_batch_or_nothing) {
  write("a", "one");
  const auto done = commit(
      db, make_batch({put{{space::message, "a"}, "two", shard_id{1}, {}}, put{{space::cursor, "c"}, "x", {}, {}},
                      append{"s", "event"}, erase{{space::message, "a"}, {}},
                      put_if_absent{{space::contact, "d"}, "x", {}}, reference_body{next_id<blob_id>(), 1, "body"},
                      assert_revision{{space::message, "a"}, revision{5}}, append{"s", "never"}}));
  EXPECT_EQ(done.outcome, outcome::conflict);
  EXPECT_EQ(done.conflicting, 6u);
  EXPECT_THAT(done.seqs, IsEmpty());
  EXPECT_THAT(done.inserted, IsEmpty());
  EXPECT_EQ(at("a")->value, "one");
  EXPECT_EQ(at("a")->rev, revision{1});
  EXPECT_EQ(at("c", space::cursor), std::nullopt);
  EXPECT_EQ(at("d", space::contact), std::nullopt);
  EXPECT_THAT(read_stream(db, "s").value(), IsEmpty());
  EXPECT_THAT(commit(db, make_batch({append{"s", "first"}})).seqs, ElementsAre(1));
}

TEST_P(records_contract, lets_operations_see_those_before_them) {
  const record_key key{space::message, "a"};
  const auto done = commit(
      db, make_batch({put{key, "one", {}, revision{0}}, put{key, "two", {}, revision{1}}, erase{key, revision{2}},
                      assert_revision{key, revision{0}}, put{key, "three", {}, revision{0}}}));
  EXPECT_EQ(done.outcome, outcome::committed);
  EXPECT_EQ(at("a")->value, "three");
  EXPECT_EQ(at("a")->rev, revision{1});
}

TEST_P(records_contract, writes_many_shards_at_once) {
  std::vector<operation> operations;
  std::vector<shard_id> shards;
  for (std::uint16_t i = 0; i < 50; ++i) {
    shards.push_back(shard_id{i});
    operations.push_back(put{{space::cursor, "c" + std::to_string(i)}, "x", shard_id{i}, {}});
  }
  EXPECT_EQ(commit(db, make_batch(operations, claim(db, shards).value())).outcome, outcome::committed);
  const auto found = scan(db, space::cursor, {}).value();
  ASSERT_EQ(found.size(), 50u);
  for (const auto& each : found)
    EXPECT_EQ("c" + std::to_string(each.shard.value), each.key);
}

TEST_P(records_contract, scans_ranges_in_both_directions) {
  for (const std::string key : {"a", "ab", "b", "b\xff", "c", "d"})
    write(key, "v");
  commit(db, make_batch({put{{space::cursor, "bb"}, "x", {}, {}}, put{{space::index, "a"}, "x", {}, {}}}));
  EXPECT_THAT(keys({}), ElementsAre("a", "ab", "b", "b\xff", "c", "d"));
  EXPECT_THAT(keys({}, 2), ElementsAre("a", "ab"));
  EXPECT_THAT(keys({}, 2, true), ElementsAre("d", "c"));
  EXPECT_THAT(keys({"ab", "c"}), ElementsAre("ab", "b", "b\xff"));
  EXPECT_THAT(keys({"ab", "c"}, 100, true), ElementsAre("b\xff", "b", "ab"));
  EXPECT_THAT(keys({"ab", "c"}, 1, true), ElementsAre("b\xff"));
  EXPECT_THAT(keys(prefix_range("b")), ElementsAre("b", "b\xff"));
  EXPECT_THAT(keys({"b", "b"}), IsEmpty());
  EXPECT_THAT(keys({"c", "b"}), IsEmpty());
  EXPECT_THAT(keys({"e", ""}), IsEmpty());
  EXPECT_THAT(keys({}, 0), IsEmpty());
}

TEST_P(records_contract, keeps_snapshots_as_they_were) {
  write("a", "old");
  commit(db, make_batch({append{"s", "first"}}));
  std::promise<void> ran;
  std::promise<void> changed;
  // Memory runs the work before the call returns, so its changes are made from inside.
  const auto change = [&] {
    write("a", "new");
    write("b", "x");
    commit(db, make_batch({append{"s", "second"}}));
  };
  db.with_snapshot([&, in_memory = GetParam() == std::string{"memory"}](const snapshot& then) {
    if (in_memory)
      change();
    else
      changed.get_future().wait();
    EXPECT_EQ(then.get({space::message, "a"}).value()->value, "old");
    EXPECT_EQ(then.scan(space::message, {}, 10).value().size(), 1u);
    EXPECT_EQ(then.last_seq("s").value(), 1u);
    EXPECT_EQ(then.last_seq("t").value(), 0u);
    EXPECT_EQ(then.read_stream("s", 0, 10, 1000).value().size(), 1u);
    ran.set_value();
  });
  if (GetParam() == std::string{"rocksdb"}) {
    // The snapshot is taken on a storage thread; wait for it by a read behind it on the other one.
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
    change();
    changed.set_value();
  }
  ran.get_future().wait();
  EXPECT_EQ(at("a")->value, "new");
}

TEST_P(records_contract, refuses_what_is_too_large_or_malformed) {
  const auto code = [&](operation op, std::vector<fence> relies_on = {}) {
    const auto done = commit(db, make_batch({std::move(op)}, std::move(relies_on)));
    EXPECT_EQ(done.outcome, outcome::unavailable);
    return done.error->code;
  };
  const std::string large(limits::record_bytes_max + 1, 'x');
  EXPECT_EQ(code(put{{space::message, "a"}, large, {}, {}}), errc::too_large);
  EXPECT_EQ(code(append{"s", large}), errc::too_large);
  EXPECT_EQ(code(reference_body{next_id<blob_id>(), 1, std::string(limits::chunk_bytes_max + 1, 'x')}),
            errc::too_large);
  EXPECT_EQ(code(put{{space::message, std::string(limits::record_key_bytes_max + 1, 'k')}, "", {}, {}}),
            errc::too_large);
  EXPECT_EQ(code(put{{space::message, ""}, "x", {}, {}}), errc::invalid_argument);
  EXPECT_EQ(code(put{{static_cast<space>(0xF0), "a"}, "x", {}, {}}), errc::invalid_argument);
  EXPECT_EQ(code(put{{space::message, "a"}, "x", shard_id{shard_count}, {}}), errc::invalid_argument);
  EXPECT_EQ(code(append{"", "x"}), errc::invalid_argument);
  EXPECT_EQ(code(put{{space::meta, "format"}, "2", {}, {}}), errc::invalid_argument);
  EXPECT_EQ(code(erase{{space::meta, std::string{"e/\0\0", 4}}, {}}), errc::invalid_argument);
  EXPECT_EQ(code(append{"s", "x"}, {{shard_id{shard_count}, {}}}), errc::invalid_argument);
  const std::string most(limits::record_bytes_max - 100, 'x');
  std::vector<operation> heavy;
  for (int i = 0; i < 5; ++i)
    heavy.push_back(put{{space::message, std::to_string(i)}, most, {}, {}});
  EXPECT_EQ(commit(db, make_batch(heavy)).error->code, errc::too_large);
  EXPECT_EQ(commit(db, make_batch(std::vector<operation>(limits::batch_ops_max + 1, append{"s", ""}))).error->code,
            errc::too_large);
  EXPECT_EQ(write("largest", std::string(limits::record_bytes_max, 'x')).outcome, outcome::committed);
  EXPECT_EQ(at("largest")->value.size(), limits::record_bytes_max);
}

TEST_P(records_contract, fences_whoever_lost_a_shard) {
  const shard_id mine{7};
  const shard_id other{8};
  EXPECT_EQ(commit(db, make_batch({append{"s", "0"}}, {{mine, shard_epoch{0}}})).outcome, outcome::committed);
  const auto first = claim(db, {mine, other}).value();
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0].shard, mine);
  EXPECT_EQ(first[0].epoch, shard_epoch{1});
  EXPECT_EQ(commit(db, make_batch({append{"s", "1"}}, first)).outcome, outcome::committed);

  const auto second = claim(db, {mine}).value();
  EXPECT_EQ(second[0].epoch, shard_epoch{2});
  const auto stale = commit(db, make_batch({append{"s", "never"}}, first));
  EXPECT_EQ(stale.outcome, outcome::fenced);
  EXPECT_THAT(stale.stale, ElementsAre(mine));
  // The rest can be retried without the lost shard, and the new owner writes.
  EXPECT_EQ(commit(db, make_batch({append{"s", "2"}}, {first[1]})).outcome, outcome::committed);
  EXPECT_EQ(commit(db, make_batch({append{"s", "3"}}, {second[0], first[1]})).outcome, outcome::committed);
  // An epoch nobody was given is not valid either.
  EXPECT_EQ(commit(db, make_batch({append{"s", "never"}}, {{mine, shard_epoch{9}}})).outcome, outcome::fenced);
  EXPECT_EQ(read_stream(db, "s").value().size(), 4u);
  EXPECT_EQ(claim(db, {shard_id{shard_count}}).error().code, errc::invalid_argument);
}

TEST_P(records_contract, claims_in_the_order_asked_for) {
  const auto fences = claim(db, {shard_id{5}, shard_id{1}, shard_id{5}}).value();
  ASSERT_EQ(fences.size(), 3u);
  EXPECT_EQ(fences[0].epoch, shard_epoch{1});
  EXPECT_EQ(fences[1].shard, shard_id{1});
  EXPECT_EQ(fences[2].epoch, shard_epoch{2});
}

TEST_P(records_contract, commits_an_id_once) {
  const auto once = make_batch({append{"s", "event"}});
  EXPECT_THAT(commit(db, once).seqs, ElementsAre(1));
  const auto again = commit(db, once);
  EXPECT_EQ(again.outcome, outcome::committed);
  EXPECT_THAT(again.seqs, IsEmpty());
  EXPECT_EQ(read_stream(db, "s").value().size(), 1u);
  EXPECT_EQ(resolve(db, once.id).value(), outcome::committed);
}

TEST_P(records_contract, frees_the_id_of_a_refused_batch) {
  auto refused = make_batch({assert_revision{{space::message, "a"}, revision{1}}, append{"s", "event"}});
  EXPECT_EQ(commit(db, refused).outcome, outcome::conflict);
  write("a", "one");
  EXPECT_EQ(commit(db, refused).outcome, outcome::committed);
}

TEST_P(records_contract, burns_an_id_that_did_not_commit) {
  const auto late = make_batch({append{"s", "event"}});
  EXPECT_EQ(resolve(db, late.id).value(), outcome::unavailable);
  const auto refused = commit(db, late);
  EXPECT_EQ(refused.outcome, outcome::unavailable);
  EXPECT_EQ(refused.error->code, errc::cancelled);
  EXPECT_EQ(resolve(db, late.id).value(), outcome::unavailable);
  EXPECT_THAT(read_stream(db, "s").value(), IsEmpty());
}

TEST_P(records_contract, reads_streams_by_pages) {
  for (int i = 1; i <= 10; ++i)
    commit(db, make_batch({append{"s", std::string(100, 'x')}, append{"t", "other"}}));
  const auto seqs = [&](std::uint64_t after, std::size_t limit, std::size_t bytes_max) {
    std::vector<std::uint64_t> found;
    for (const auto& each : read_stream(db, "s", after, limit, bytes_max).value())
      found.push_back(each.seq);
    return found;
  };
  EXPECT_THAT(seqs(0, 3, 10'000), ElementsAre(1, 2, 3));
  EXPECT_THAT(seqs(3, 3, 10'000), ElementsAre(4, 5, 6));
  EXPECT_THAT(seqs(9, 3, 10'000), ElementsAre(10));
  EXPECT_THAT(seqs(10, 3, 10'000), IsEmpty());
  EXPECT_THAT(seqs(~std::uint64_t{0}, 3, 10'000), IsEmpty());
  EXPECT_THAT(seqs(0, 100, 250), ElementsAre(1, 2));
  EXPECT_THAT(seqs(0, 100, 1), ElementsAre(1));
  EXPECT_THAT(seqs(0, 0, 1), IsEmpty());
  EXPECT_THAT(read_stream(db, "st").value(), IsEmpty());
}

TEST_P(records_contract, allots_positions_without_gaps_to_many_threads) {
  constexpr int per_thread = 200;
  constexpr int threads = 4;
  std::vector<std::thread> appenders;
  std::mutex mutex;
  std::map<std::uint64_t, std::string> told;
  for (int t = 0; t < threads; ++t)
    appenders.emplace_back([&, t] {
      std::vector<std::future<commit_result>> waiting;
      for (int i = 0; i < per_thread; ++i) {
        const auto name = std::to_string(t) + ":" + std::to_string(i);
        std::vector<operation> operations{append{"s", name}};
        // Every tenth must not leave a gap behind.
        if (i % 10 == 9)
          operations.push_back(assert_revision{{space::message, "none"}, revision{1}});
        waiting.push_back(start<commit_result>([&](auto done) { db.commit(make_batch(std::move(operations)), done); }));
      }
      for (int i = 0; i < per_thread; ++i) {
        const auto done = waiting[static_cast<std::size_t>(i)].get();
        EXPECT_EQ(done.outcome, i % 10 == 9 ? outcome::conflict : outcome::committed);
        std::lock_guard lock{mutex};
        for (auto seq : done.seqs)
          EXPECT_TRUE(told.emplace(seq, std::to_string(t) + ":" + std::to_string(i)).second) << seq;
      }
    });
  for (auto& each : appenders)
    each.join();
  const auto stored = read_stream(db, "s").value();
  ASSERT_EQ(stored.size(), std::size_t{threads * per_thread / 10 * 9});
  for (std::size_t i = 0; i < stored.size(); ++i) {
    EXPECT_EQ(stored[i].seq, i + 1);
    EXPECT_EQ(stored[i].value, told[i + 1]);
  }
  EXPECT_EQ(db.stats().commits, stored.size());
}

} // namespace
} // namespace postroom::storage
