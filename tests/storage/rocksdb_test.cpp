#include "small_disk.hpp"
#include "store_support.hpp"

#include "base/limits.hpp"
#include "storage/keys.hpp"

#include <gmock/gmock.h>

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <thread>

namespace postroom::storage {
namespace {

using namespace std::chrono_literals;

class rocksdb_only : public testing::Test {
protected:
  system_clock time;
  temporary_directory directory;

  std::unique_ptr<store> open() { return open_or_fail(options(), time); }
  rocksdb_options options() { return small_store(directory.path()); }
  errc open_error() {
    auto opened = open_rocksdb_store(options(), time);
    EXPECT_FALSE(opened);
    if (opened)
      return {};
    EXPECT_THAT(opened.error().detail, testing::HasSubstr(directory.path().string()));
    return opened.error().code;
  }
  static batch event(const std::string& text) { return make_batch({append{"s", text}}); }
};

TEST_F(rocksdb_only, keeps_everything_over_a_restart) {
  const auto blob = next_id<blob_id>();
  const auto staged = next_id<blob_id>();
  const auto once = make_batch({put{{space::cursor, "c"}, "x", shard_id{5}, {}}, append{"s", "one"},
                                reference_body{blob, 1, std::string(5000, 'b')}});
  const auto burnt = event("never");
  {
    auto db = open();
    ASSERT_EQ(commit(*db, once).outcome, outcome::committed);
    ASSERT_EQ(resolve(*db, burnt.id).value(), outcome::unavailable);
    ASSERT_TRUE(write_chunk(*db, staged, 0, "staged"));
    ASSERT_EQ(claim(*db, {shard_id{5}}).value()[0].epoch, shard_epoch{1});
  }
  auto db = open();
  EXPECT_EQ(read(*db, {space::cursor, "c"}).value()->rev, revision{1});
  EXPECT_EQ(read_chunk(*db, blob, 0).value(), std::string(5000, 'b'));
  EXPECT_EQ(read_chunk(*db, staged, 0).value(), "staged");
  EXPECT_EQ(commit(*db, make_batch({reference_body{staged, 1, {}}})).outcome, outcome::committed);
  EXPECT_TRUE(commit(*db, once).seqs.empty()) << "still known";
  EXPECT_EQ(commit(*db, burnt).outcome, outcome::unavailable);
  EXPECT_EQ(commit(*db, make_batch({append{"s", "two"}}, {{shard_id{5}, shard_epoch{1}}})).seqs,
            std::vector<std::uint64_t>{2});
  EXPECT_EQ(claim(*db, {shard_id{5}}).value()[0].epoch, shard_epoch{2});
}

TEST_F(rocksdb_only, tells_why_it_does_not_open) {
  {
    auto db = open();
    EXPECT_EQ(open_error(), errc::store_unavailable) << "locked";
  }
  // A store of a later version.
  std::ofstream{directory.path() / "CURRENT"} << "garbage\n";
  EXPECT_EQ(open_error(), errc::store_corrupt);
  std::filesystem::remove_all(directory.path());
  std::ofstream{directory.path()} << "a file";
  EXPECT_EQ(open_error(), errc::store_unavailable);
  EXPECT_EQ(open_rocksdb_store({}, time).error().code, errc::invalid_argument);
}

TEST_F(rocksdb_only, keeps_its_directory_to_itself) {
  auto options = this->options();
  options.directory /= "made/here";
  auto db = open_or_fail(options, time);
  struct stat about {};
  ASSERT_EQ(::stat(options.directory.c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0700u);
}

TEST_F(rocksdb_only, shares_one_sync_among_waiting_commits) {
  auto options = this->options();
  options.sync_delay_for_test = 20ms;
  auto db = open_or_fail(options, time);
  std::vector<std::future<commit_result>> waiting;
  for (int i = 0; i < 100; ++i)
    waiting.push_back(start<commit_result>([&](auto done) { db->commit(event("x"), done); }));
  for (auto& each : waiting)
    EXPECT_EQ(each.get().outcome, outcome::committed);
  EXPECT_EQ(db->stats().commits, 100u);
  EXPECT_LE(db->stats().syncs, 5u);
  EXPECT_GE(db->stats().commit_nanoseconds, 20'000'000u);
}

TEST_F(rocksdb_only, does_not_show_what_is_not_synced) {
  auto options = this->options();
  options.sync_delay_for_test = 100ms;
  auto db = open_or_fail(options, time);
  auto committing = start<commit_result>([&](auto done) { db->commit(event("x"), done); });
  std::this_thread::sleep_for(30ms);
  EXPECT_TRUE(read_stream(*db, "s").value().empty());
  EXPECT_EQ(committing.get().outcome, outcome::committed);
  EXPECT_EQ(read_stream(*db, "s").value().size(), 1u);
}

TEST_F(rocksdb_only, does_not_sync_chunks) {
  auto db = open();
  for (std::uint32_t i = 0; i < 20; ++i)
    ASSERT_TRUE(write_chunk(*db, blob_id{}, i, "x"));
  EXPECT_EQ(db->stats().syncs, 0u);
}

TEST_F(rocksdb_only, refuses_when_too_much_waits) {
  auto options = this->options();
  options.sync_delay_for_test = 100ms;
  auto db = open_or_fail(options, time);
  const std::string large(limits::record_bytes_max - 1000, 'x');
  std::vector<std::future<commit_result>> waiting;
  const auto fits = limits::commit_queue_bytes_max / large.size();
  for (std::size_t i = 0; i < fits + 5; ++i)
    waiting.push_back(start<commit_result>([&](auto done) {
      db->commit(make_batch({put{{space::message, "a"}, large, {}, {}}}), done);
    }));
  const auto last = waiting.back().get();
  EXPECT_EQ(last.outcome, outcome::unavailable);
  EXPECT_EQ(last.error->code, errc::busy);
  EXPECT_GT(db->stats().queued, 0u);
}

TEST_F(rocksdb_only, tells_how_many_reads_wait) {
  auto options = this->options();
  options.read_threads = 1;
  auto db = open_or_fail(options, time);
  std::promise<void> begun;
  std::promise<void> go_on;
  db->with_snapshot([&](const snapshot&) {
    begun.set_value();
    go_on.get_future().wait();
  });
  begun.get_future().wait();
  std::vector<std::future<result<std::optional<record>>>> waiting;
  for (int i = 0; i < 3; ++i)
    waiting.push_back(start<result<std::optional<record>>>([&](auto done) { db->get({space::message, "a"}, done); }));
  EXPECT_EQ(db->stats().reads_queued, 3U);
  go_on.set_value();
  for (auto& each : waiting)
    EXPECT_TRUE(each.get());
  EXPECT_EQ(db->stats().reads_queued, 0U);
}

TEST_F(rocksdb_only, answers_everything_before_it_ends) {
  auto options = this->options();
  options.sync_delay_for_test = 10ms;
  auto db = open_or_fail(options, time);
  std::atomic<int> answered{0};
  std::atomic<int> refused{0};
  for (int i = 0; i < 50; ++i) {
    db->commit(event("x"), [&](commit_result) {
      ++answered;
      // Whoever reacts to an answer while the store ends is told so.
      db->commit(event("late"), [&](commit_result how) { refused += how.outcome == outcome::unavailable; });
    });
    db->get({space::message, "a"}, [&](auto) { ++answered; });
  }
  // The members are still in place while the destructor runs, as for any caller that reacts late.
  std::unique_ptr<store>{db.get()}.reset();
  static_cast<void>(db.release());
  EXPECT_EQ(answered, 100);
  EXPECT_GT(refused, 0);
}

/// A store whose log fails when told to.
class rocksdb_faults : public rocksdb_only {
protected:
  std::atomic<int> append_fault{0};
  std::atomic<int> sync_fault{0};
  std::unique_ptr<store> db = open_faulty();

  std::unique_ptr<store> open_faulty() {
    auto options = this->options();
    options.fault_for_test = [this](wal_step step) -> int {
      return step == wal_step::append ? append_fault.load() : sync_fault.load();
    };
    return open_or_fail(options, time);
  }
  /// Commits until it works again; the store tries to recover at a limited rate.
  commit_result commit_in_the_end(const batch& what) {
    auto how = commit(*db, what);
    for (int i = 0; i < 50 && how.outcome == outcome::unavailable; ++i) {
      std::this_thread::sleep_for(limits::store_resume_pause / 5);
      how = commit(*db, what);
    }
    return how;
  }
  result<outcome> resolve_in_the_end(batch_id id) {
    auto how = resolve(*db, id);
    for (int i = 0; i < 50 && !how; ++i) {
      std::this_thread::sleep_for(limits::store_resume_pause / 5);
      how = resolve(*db, id);
    }
    return how;
  }
  /// What a crash at this moment would leave behind, opened.
  std::vector<stream_entry> after_a_crash() {
    const auto image = directory.path().string() + "-image";
    // Files that are no longer needed may vanish during the copy.
    std::error_code raced = std::make_error_code(std::errc::resource_unavailable_try_again);
    for (int i = 0; i < 50 && raced; ++i) {
      std::filesystem::remove_all(image);
      std::filesystem::copy(directory.path(), image, std::filesystem::copy_options::recursive, raced);
    }
    auto found = read_stream(*open_or_fail(small_store(image), time), "s").value();
    std::filesystem::remove_all(image);
    return found;
  }
};

TEST_F(rocksdb_faults, survives_a_full_disk) {
  ASSERT_EQ(commit(*db, event("one")).outcome, outcome::committed);
  append_fault = ENOSPC;
  for (int i = 0; i < 3; ++i) {
    const auto refused = commit(*db, event("never"));
    EXPECT_EQ(refused.outcome, outcome::unavailable);
    EXPECT_EQ(refused.error->code, errc::disk_full) << refused.error->detail;
  }
  EXPECT_EQ(write_chunk(*db, blob_id{}, 0, "x").error().code, errc::disk_full);
  EXPECT_EQ(claim(*db, {shard_id{1}}).error().code, errc::disk_full);
  EXPECT_EQ(read_stream(*db, "s").value().size(), 1u) << "reading goes on";
  EXPECT_EQ(after_a_crash().size(), 1u);
  append_fault = 0;
  EXPECT_EQ(commit_in_the_end(event("two")).seqs, std::vector<std::uint64_t>{2});
  EXPECT_EQ(claim(*db, {shard_id{1}}).value()[0].epoch, shard_epoch{1}) << "the failed claim left no trace";
  EXPECT_EQ(after_a_crash().size(), 2u);
  db.reset();
  db = open_faulty();
  EXPECT_EQ(read_stream(*db, "s").value().size(), 2u);
}

TEST_F(rocksdb_faults, takes_other_failures_to_write_alike) {
  append_fault = EIO;
  const auto refused = commit(*db, event("never"));
  EXPECT_EQ(refused.outcome, outcome::unavailable);
  EXPECT_EQ(refused.error->code, errc::store_unavailable);
  append_fault = 0;
  EXPECT_EQ(commit_in_the_end(event("one")).seqs, std::vector<std::uint64_t>{1});
  EXPECT_EQ(after_a_crash().size(), 1u);
}

TEST_F(rocksdb_faults, does_not_know_after_a_failed_sync_but_finds_out) {
  ASSERT_EQ(commit(*db, event("one")).outcome, outcome::committed);
  sync_fault = EIO;
  const auto doubtful = event("two");
  const auto how = commit(*db, doubtful);
  EXPECT_EQ(how.outcome, outcome::unknown);
  EXPECT_EQ(how.error->code, errc::store_unavailable);
  EXPECT_FALSE(resolve(*db, doubtful.id)) << "cannot be told now";
  sync_fault = 0;
  const auto truth = resolve_in_the_end(doubtful.id);
  ASSERT_TRUE(truth) << to_string(truth.error());
  // Whatever the answer, it holds: in this process, after a crash, and after a restart.
  const std::size_t expected = *truth == outcome::committed ? 2 : 1;
  EXPECT_EQ(read_stream(*db, "s").value().size(), expected);
  EXPECT_EQ(after_a_crash().size(), expected);
  EXPECT_EQ(commit(*db, doubtful).outcome, *truth);
  EXPECT_EQ(commit(*db, event("three")).seqs, std::vector<std::uint64_t>{expected + 1});
  EXPECT_EQ(after_a_crash().size(), expected + 1);
  db.reset();
  db = open_faulty();
  EXPECT_EQ(read_stream(*db, "s").value().size(), expected + 1);
}

TEST_F(rocksdb_faults, withdraws_what_rested_on_a_failed_group) {
  auto options = this->options();
  db.reset();
  options.sync_delay_for_test = 20ms;
  options.fault_for_test = [this](wal_step step) -> int { return step == wal_step::sync ? sync_fault.load() : 0; };
  db = open_or_fail(options, time);
  const record_key key{space::message, "a"};
  sync_fault = EIO;
  // The first commit occupies the writer; the others share the next group.
  auto first = start<commit_result>([&](auto done) { db->commit(event("x"), done); });
  auto created = start<commit_result>([&](auto done) {
    db->commit(make_batch({put{key, "v", {}, revision{0}}}), done);
  });
  auto refused = start<commit_result>([&](auto done) {
    db->commit(make_batch({put{key, "w", {}, revision{0}}}), done);
  });
  EXPECT_EQ(first.get().outcome, outcome::unknown);
  EXPECT_NE(created.get().outcome, outcome::committed);
  EXPECT_EQ(refused.get().outcome, outcome::unavailable) << "it lost to a change that was not written";
  sync_fault = 0;
  // What was in doubt may turn out to be there.
  EXPECT_EQ(commit_in_the_end(make_batch({put{key, "w", {}, {}}})).outcome, outcome::committed);
}

/// A store on a disk that is small or broken in places.
class rocksdb_disk : public rocksdb_faults {
protected:
  void reopen(std::size_t memory_bytes_max) {
    db.reset();
    auto options = this->options();
    options.memory_bytes_max = memory_bytes_max;
    options.files_for_test = disk;
    options.fault_for_test = [this](wal_step step) -> int {
      return step == wal_step::append ? append_fault.load() : 0;
    };
    db = open_or_fail(options, time);
  }
  /// More events than there is memory for, or than the disk takes.
  commit_result commit_until_it_fails(const std::string& bytes) {
    for (int i = 0; i < 60; ++i, ++committed) {
      last = event(bytes);
      if (auto how = commit(*db, last); how.outcome != outcome::committed)
        return how;
    }
    return {};
  }
  /// Breaks what RocksDB keeps its list of files in, at a moment at which it is written next when a memtable is full.
  void break_the_list() {
    // The first full memtable ends other things, too; the flush it leads to must be over.
    for (int i = 0; i < 13; ++i, ++committed)
      ASSERT_EQ(commit(*db, event(std::string(100'000, 'x'))).outcome, outcome::committed);
    const auto is_table = [](const auto& each) { return each.path().extension() == ".sst"; };
    for (int i = 0; i < 100; ++i, std::this_thread::sleep_for(50ms)) {
      const std::filesystem::directory_iterator files{directory.path()};
      if (std::any_of(begin(files), end(files), is_table))
        break;
    }
    std::this_thread::sleep_for(100ms);
    disk->now().broken = "MANIFEST-";
  }
  /// A commit that meets the broken list after its log was synced. Where a flush was faster it is refused before.
  outcome commit_into_a_broken_list() {
    for (int i = 0; i < 12; ++i) {
      break_the_list();
      if (const auto how = commit_until_it_fails(std::string(100'000, 'x')); how.outcome != outcome::unavailable)
        return how.outcome;
      disk->now().broken = nullptr;
      EXPECT_EQ(resolve_in_the_end(last.id).value(), outcome::unavailable);
      EXPECT_EQ(read_stream(*db, "s").value().size(), committed) << "refused, and yet there";
    }
    return outcome::unavailable;
  }
  /// For as long as the store would try to come back twice.
  void refuse_for_a_while(errc why) {
    const auto end = std::chrono::steady_clock::now() + 2 * limits::store_resume_pause + 100ms;
    while (std::chrono::steady_clock::now() < end) {
      const auto refused = commit(*db, event("never"));
      ASSERT_EQ(refused.outcome, outcome::unavailable);
      ASSERT_EQ(refused.error->code, why) << refused.error->detail;
      std::this_thread::sleep_for(limits::store_resume_pause / 5);
    }
  }

  std::shared_ptr<small_disk> disk = std::make_shared<small_disk>();
  std::size_t committed = 0;
  batch last;
};

TEST_F(rocksdb_disk, does_not_know_when_the_list_of_logs_fails_after_the_log_was_synced) {
  reopen(6 * limits::mib);
  ASSERT_EQ(commit_into_a_broken_list(), outcome::unknown) << "a memtable was full, its log is to be listed";
  EXPECT_FALSE(resolve(*db, last.id)) << "cannot be told now";
  disk->now().broken = nullptr;
  EXPECT_EQ(resolve_in_the_end(last.id).value(), outcome::committed) << "it had been synced";
  EXPECT_EQ(read_stream(*db, "s").value().size(), committed + 1);
  EXPECT_EQ(after_a_crash().size(), committed + 1);
}

TEST_F(rocksdb_disk, goes_on_reading_while_there_is_no_room_to_open_it_anew) {
  reopen(96 * limits::mib);
  for (int i = 0; i < 10; ++i)
    ASSERT_EQ(commit(*db, event(std::string(limits::mib, 'x'))).outcome, outcome::committed);
  disk->now().bytes_max = disk->now().bytes + 3 * limits::mib;
  append_fault = ENOSPC;
  EXPECT_EQ(commit(*db, event("never")).outcome, outcome::unavailable);
  append_fault = 0;
  refuse_for_a_while(errc::disk_full);
  EXPECT_EQ(read_stream(*db, "s").value().size(), 10U);
  disk->now().bytes_max = disk->now().bytes + 64 * limits::mib;
  EXPECT_EQ(commit_in_the_end(event("again")).outcome, outcome::committed);
  EXPECT_EQ(read_stream(*db, "s").value().size(), 11U);
}

TEST_F(rocksdb_disk, goes_on_reading_when_it_cannot_be_opened_for_writing) {
  reopen(6 * limits::mib);
  ASSERT_EQ(commit(*db, event("one")).outcome, outcome::committed);
  disk->now().broken = ".sst";
  append_fault = EIO;
  EXPECT_EQ(commit(*db, event("never")).outcome, outcome::unavailable);
  append_fault = 0;
  refuse_for_a_while(errc::store_unavailable);
  EXPECT_EQ(read_stream(*db, "s").value().size(), 1U);
  disk->now().broken = nullptr;
  EXPECT_EQ(commit_in_the_end(event("two")).seqs, std::vector<std::uint64_t>{2});
  EXPECT_EQ(after_a_crash().size(), 2U);
}

TEST_F(rocksdb_disk, keeps_others_away_while_it_is_closed) {
  reopen(6 * limits::mib);
  ASSERT_EQ(commit_into_a_broken_list(), outcome::unknown);
  refuse_for_a_while(errc::store_unavailable);
  EXPECT_EQ(read_stream(*db, "s").error().code, errc::store_unavailable) << "nobody may see what is in doubt";
  EXPECT_EQ(open_error(), errc::store_unavailable);
  disk->now().broken = nullptr;
  EXPECT_EQ(commit_in_the_end(event("again")).outcome, outcome::committed);
}

} // namespace
} // namespace postroom::storage
