#include "store_support.hpp"

#include "base/limits.hpp"
#include "storage/rocksdb/sweeper.hpp"

#include <sys/wait.h>

#include <csignal>
#include <cstdlib>
#include <thread>

// Bodies that nothing refers to: what is collected, what stays, and what becomes of both when the process dies between
// the steps. The child is this binary again, see crash_test.cpp.

namespace postroom::storage {
namespace {

using namespace std::chrono_literals;

constexpr const char* directory_variable = "POSTROOM_SWEEP_DIRECTORY";
constexpr int report_fd = 9;

std::string bytes_of(std::uint64_t number, std::size_t size = limits::chunk_bytes_max) {
  std::string bytes(size, '\0');
  std::mt19937_64 random{number};
  for (std::size_t i = 0; i + 8 <= size; i += 8) {
    const auto r = random();
    std::memcpy(bytes.data() + i, &r, 8);
  }
  return bytes;
}
blob_id blob_of(std::uint64_t number) {
  blob_id blob;
  std::memcpy(blob.bytes.data(), &number, sizeof number);
  return blob;
}
std::uintmax_t blob_files(const std::filesystem::path& directory) {
  std::uintmax_t sum = 0;
  std::error_code gone; // files come and go meanwhile
  for (const auto& each : std::filesystem::directory_iterator(directory))
    if (each.path().extension() == ".blob")
      if (const auto size = each.file_size(gone); !gone)
        sum += size;
  return sum;
}

TEST(sweeper_cutoff, leaves_room_for_what_is_written_anew) {
  using embedded::cutoff_for;
  constexpr std::uint64_t gib = 1024 * limits::mib;
  EXPECT_EQ(cutoff_for(30 * gib, 300 * gib), 0.5) << "never more than the oldest half";
  EXPECT_EQ(cutoff_for(30 * gib, 30 * gib), 0.5);
  EXPECT_DOUBLE_EQ(cutoff_for(30 * gib, 9 * gib), 0.15);
  EXPECT_EQ(cutoff_for(30 * gib, 0), 0.0);
  EXPECT_EQ(cutoff_for(0, gib), 0.5);
}

class sweeping : public testing::Test {
protected:
  system_clock time;
  temporary_directory directory;
  std::unique_ptr<store> db = open();

  std::unique_ptr<store> open() { return open_or_fail(small_store(directory.path()), time); }
  void store_bodies(std::uint64_t first, std::uint64_t last) {
    for (auto n = first; n < last; ++n) {
      ASSERT_TRUE(write_chunk(*db, blob_of(n), 0, bytes_of(n)));
      ASSERT_EQ(commit(*db, make_batch({reference_body{blob_of(n), 1, {}}})).outcome, outcome::committed);
    }
  }
  void release(std::uint64_t first, std::uint64_t last) {
    std::vector<operation> all;
    for (auto n = first; n < last; ++n)
      all.push_back(release_body{blob_of(n)});
    ASSERT_EQ(commit(*db, make_batch(std::move(all))).outcome, outcome::committed);
  }
  void expect_whole(std::uint64_t first, std::uint64_t last) {
    for (auto n = first; n < last; ++n)
      ASSERT_EQ(read_chunk(*db, blob_of(n), 0).value(), bytes_of(n)) << n;
  }
  void expect_gone(std::uint64_t first, std::uint64_t last) {
    for (auto n = first; n < last; ++n)
      ASSERT_EQ(read_chunk(*db, blob_of(n), 0).value(), std::nullopt) << n;
  }
};

TEST_F(sweeping, gives_the_space_of_what_is_gone_back_to_the_disk_and_keeps_the_rest) {
  store_bodies(0, 160);
  release(0, 110);
  const auto full = blob_files(directory.path());
  ASSERT_GT(full, 100 * limits::mib);
  ASSERT_EQ(collect(*db, 0).value(), 110U);
  const auto wanted = full - limits::sweep_bytes_min / 2;
  // RocksDB learns what is garbage when compaction passes by, so some traffic must follow, as it does in service.
  std::uint64_t next = 1000;
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (blob_files(directory.path()) > wanted && std::chrono::steady_clock::now() < deadline) {
    store_bodies(next, next + 4);
    release(next, next + 4);
    ASSERT_TRUE(collect(*db, 0));
    next += 4;
  }
  EXPECT_LE(blob_files(directory.path()), wanted) << "after " << next - 1000 << " MiB more";
  expect_gone(0, 110);
  expect_whole(110, 160);
}

TEST_F(sweeping, keeps_what_is_staged_and_not_yet_referenced_while_it_is_young) {
  ASSERT_TRUE(write_chunk(*db, blob_of(1), 0, bytes_of(1)));
  const auto before = time.now().time_since_epoch().count() - 60'000;
  EXPECT_EQ(collect(*db, before).value(), 0U);
  expect_whole(1, 2);
  EXPECT_EQ(commit(*db, make_batch({reference_body{blob_of(1), 1, {}}})).outcome, outcome::committed);
}

TEST_F(sweeping, collects_after_a_restart_what_was_released_before) {
  store_bodies(0, 10);
  ASSERT_TRUE(write_chunk(*db, blob_of(10), 0, bytes_of(10)));
  release(0, 5);
  db.reset();
  db = open();
  expect_gone(0, 5);
  const auto later = time.now().time_since_epoch().count() + 1;
  EXPECT_EQ(collect(*db, later).value(), 6U) << "five released, one staged for nothing";
  expect_whole(5, 10);
  EXPECT_EQ(collect(*db, later).value(), 0U);
}

TEST_F(sweeping, may_be_cut_short_by_the_end_of_the_store) {
  store_bodies(0, 120);
  release(0, 100);
  ASSERT_EQ(collect(*db, 0).value(), 100U);
  const auto began = std::chrono::steady_clock::now();
  db.reset(); // in the middle of the sweep
  EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
  db = open();
  expect_gone(0, 100);
  expect_whole(100, 120);
}

/// What the child has done with one body; told only after the store has answered.
struct report {
  std::uint64_t number = 0;
  enum class step : std::uint64_t { kept, released } what{};
};

TEST(sweeper_child, DISABLED_releases_and_collects_until_killed) {
  const char* directory = std::getenv(directory_variable);
  ASSERT_NE(directory, nullptr);
  const system_clock time;
  auto db = open_or_fail(small_store(directory), time);
  const auto tell = [](report what) {
    ASSERT_EQ(::write(report_fd, &what, sizeof what), static_cast<ssize_t>(sizeof what));
  };
  std::uint64_t number = static_cast<std::uint64_t>(time.now().time_since_epoch().count()) << 20;
  while (true) {
    std::vector<operation> references;
    std::vector<operation> releases;
    const auto first = number;
    for (; number < first + 8; ++number) {
      ASSERT_TRUE(write_chunk(*db, blob_of(number), 0, bytes_of(number)));
      references.push_back(reference_body{blob_of(number), 1, {}});
      if (number % 4 != 0)
        releases.push_back(release_body{blob_of(number)});
    }
    ASSERT_EQ(commit(*db, make_batch(std::move(references))).outcome, outcome::committed);
    for (auto n = first; n < number; ++n)
      if (n % 4 == 0)
        tell({n, report::step::kept});
    ASSERT_EQ(commit(*db, make_batch(std::move(releases))).outcome, outcome::committed);
    for (auto n = first; n < number; ++n)
      if (n % 4 != 0)
        tell({n, report::step::released});
    ASSERT_TRUE(collect(*db, 0));
  }
}

/// Runs the child until it has told `count` things, kills it, and hears what it still had to tell.
std::vector<report> run_and_kill(const std::filesystem::path& directory, std::size_t count) {
  int ends[2];
  if (::pipe(ends) != 0)
    std::abort();
  const pid_t pid = ::fork();
  if (pid == 0) {
    // Between fork and exec only what is safe in a process that had threads.
    ::dup2(ends[1], report_fd);
    ::setenv(directory_variable, directory.c_str(), 1);
    ::execl("/proc/self/exe", "storage_tests",
            "--gtest_filter=sweeper_child.DISABLED_releases_and_collects_until_killed",
            "--gtest_also_run_disabled_tests", "--gtest_brief=1", nullptr);
    ::_exit(127);
  }
  ::close(ends[1]);
  std::vector<report> heard;
  report one;
  while (::read(ends[0], &one, sizeof one) == static_cast<ssize_t>(sizeof one)) {
    heard.push_back(one);
    if (heard.size() == count)
      ::kill(pid, SIGKILL);
  }
  ::close(ends[0]);
  ::waitpid(pid, nullptr, 0);
  EXPECT_GE(heard.size(), count) << "the child ended by itself";
  return heard;
}

TEST_F(sweeping, loses_no_referenced_body_when_killed_at_any_step) {
  db.reset();
  std::mt19937_64 random{std::random_device{}()};
  std::vector<report> all;
  for (int round = 0; round < 8; ++round) {
    const auto count = std::uniform_int_distribution<std::size_t>{1, 120}(random);
    const auto heard = run_and_kill(directory.path(), count);
    all.insert(all.end(), heard.begin(), heard.end());
    db = open();
    ASSERT_TRUE(collect(*db, 0)) << "what a killed process left behind can be collected";
    for (const auto& each : all)
      if (each.what == report::step::kept)
        expect_whole(each.number, each.number + 1);
      else
        expect_gone(each.number, each.number + 1);
    EXPECT_EQ(collect(*db, 0).value(), 0U) << "once";
    db.reset();
  }
}

} // namespace
} // namespace postroom::storage
