#include "store_support.hpp"

#include "base/limits.hpp"

#include <sys/resource.h>
#include <sys/wait.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <thread>

// The child is this binary again, running one test that is disabled otherwise: a fork would carry along the storage
// threads of earlier tests half.

namespace postroom::storage {
namespace {

using namespace std::chrono_literals;

constexpr const char* directory_variable = "POSTROOM_CRASH_DIRECTORY";
constexpr int report_fd = 9;

struct acknowledged {
  std::uint64_t number = 0;
  std::uint64_t stream = 0;
  std::uint64_t seq = 0;
};

std::string name_of(std::uint64_t number) {
  return "mail-" + std::to_string(number);
}
blob_id blob_of(std::uint64_t number) {
  blob_id blob;
  for (std::size_t i = 0; i < 8; ++i)
    blob.bytes[i] = static_cast<std::uint8_t>(number >> 8 * i);
  return blob;
}

batch mail(std::uint64_t number) {
  return make_batch({put{{space::message, name_of(number)}, std::to_string(number), {}, revision{0}},
                     append{"s" + std::to_string(number % 2), name_of(number)},
                     reference_body{blob_of(number), 1, std::string(number % 9000, 'b')}});
}

class child {
public:
  child(const std::string& test, const std::filesystem::path& directory) {
    int ends[2];
    if (::pipe(ends) != 0)
      std::abort();
    const auto filter = "--gtest_filter=" + test;
    pid_ = ::fork();
    if (pid_ == 0) {
      // Between fork and exec only what is safe in a process that had threads.
      ::dup2(ends[1], report_fd);
      ::setenv(directory_variable, directory.c_str(), 1);
      ::execl("/proc/self/exe", "storage_tests", filter.c_str(), "--gtest_also_run_disabled_tests", "--gtest_brief=1",
              nullptr);
      ::_exit(127);
    }
    ::close(ends[1]);
    reports_ = ends[0];
  }
  ~child() { ::close(reports_); }
  child(const child&) = delete;
  child& operator=(const child&) = delete;

  std::optional<acknowledged> next() {
    acknowledged one;
    return ::read(reports_, &one, sizeof one) == sizeof one ? std::optional{one} : std::nullopt;
  }
  void kill() { ::kill(pid_, SIGKILL); }
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    return status;
  }

private:
  pid_t pid_ = 0;
  int reports_ = -1;
};

/// Every record has its event and its body and the other way round; positions have no gaps.
void expect_consistent(store& db) {
  std::size_t events = 0;
  for (const std::string stream : {"s0", "s1"}) {
    std::uint64_t seq = 0;
    for (const auto& each : read_stream(db, stream).value()) {
      EXPECT_EQ(each.seq, ++seq);
      const auto stored = read(db, {space::message, each.value}).value();
      ASSERT_TRUE(stored) << each.value;
      const auto number = std::stoull(stored->value);
      EXPECT_EQ(read_chunk(db, blob_of(number), 0).value(), std::string(number % 9000, 'b'));
      ++events;
    }
  }
  EXPECT_EQ(scan(db, space::message, {}).value().size(), events);
}

TEST(crash_child, DISABLED_commits_until_killed) {
  const char* directory = std::getenv(directory_variable);
  ASSERT_NE(directory, nullptr);
  const system_clock time;
  auto db = open_or_fail(small_store(directory), time);
  std::uint64_t number = scan(*db, space::message, {}).value().size() * 1000 + 1;
  while (true) {
    std::vector<std::pair<std::uint64_t, std::future<commit_result>>> waiting;
    for (int i = 0; i < 8; ++i, ++number)
      waiting.emplace_back(number, start<commit_result>([&](auto done) { db->commit(mail(number), done); }));
    for (auto& [mail, answer] : waiting) {
      const auto how = answer.get();
      ASSERT_EQ(how.outcome, outcome::committed);
      const acknowledged one{mail, mail % 2, how.seqs[0]};
      ASSERT_EQ(::write(report_fd, &one, sizeof one), static_cast<ssize_t>(sizeof one));
    }
  }
}

TEST(crash, loses_nothing_acknowledged_when_killed) {
  constexpr int rounds = 25;
  const system_clock time;
  const temporary_directory directory;
  std::mt19937_64 random{std::random_device{}()};
  std::size_t total = 0;
  std::vector<acknowledged> all;
  for (int round = 0; round < rounds; ++round) {
    child victim{"crash_child.DISABLED_commits_until_killed", directory.path()};
    const auto last_words = std::uniform_int_distribution<std::size_t>{1, 150}(random);
    for (std::size_t heard = 0; heard < last_words; ++heard) {
      const auto one = victim.next();
      ASSERT_TRUE(one) << "the child ended by itself";
      all.push_back(*one);
    }
    std::this_thread::sleep_for(std::chrono::microseconds{random() % 3000});
    victim.kill();
    while (const auto one = victim.next())
      all.push_back(*one);
    victim.wait();

    auto db = open_or_fail(small_store(directory.path()), time);
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::string> stored;
    for (const std::uint64_t stream : {0u, 1u})
      for (auto& each : read_stream(*db, "s" + std::to_string(stream)).value())
        stored[{stream, each.seq}] = std::move(each.value);
    for (const auto& one : all)
      ASSERT_EQ((stored[{one.stream, one.seq}]), name_of(one.number)) << "round " << round;
    if (round % 5 == 4 || round == rounds - 1)
      expect_consistent(*db);
    total = all.size();
  }
  EXPECT_GT(total, static_cast<std::size_t>(rounds));
}

std::filesystem::path newest_log(const std::filesystem::path& directory) {
  std::filesystem::path newest;
  for (const auto& each : std::filesystem::directory_iterator(directory))
    if (each.path().extension() == ".log" && each.path() > newest)
      newest = each.path();
  return newest;
}

TEST(crash, opens_a_prefix_when_the_end_of_the_log_is_torn) {
  const system_clock time;
  const temporary_directory directory;
  const temporary_directory images;
  auto db = open_or_fail(small_store(directory.path()), time);
  constexpr std::size_t mails = 60;
  for (std::uint64_t number = 1; number <= mails; ++number)
    ASSERT_EQ(commit(*db, mail(number)).outcome, outcome::committed);
  const auto image = images.path() / "image";
  std::size_t before = mails;
  for (const std::uintmax_t torn : {0, 1, 7, 100, 1'000, 3'000, 6'000}) {
    std::filesystem::remove_all(image);
    std::filesystem::copy(directory.path(), image, std::filesystem::copy_options::recursive);
    const auto log = newest_log(image);
    const auto size = std::filesystem::file_size(log);
    ASSERT_GT(size, torn);
    std::filesystem::resize_file(log, size - torn);
    auto found = open_or_fail(small_store(image), time);
    expect_consistent(*found);
    const auto left = scan(*found, space::message, {}).value().size();
    EXPECT_LE(left, before) << torn;
    EXPECT_EQ(left == mails, torn == 0) << torn;
    for (std::uint64_t number = 1; number <= left; ++number)
      EXPECT_TRUE(read(*found, {space::message, name_of(number)}).value()) << "not a prefix";
    before = left;
  }
  EXPECT_LT(before, mails);
}

TEST(crash_child, DISABLED_fills_its_disk) {
  const char* directory = std::getenv(directory_variable);
  ASSERT_NE(directory, nullptr);
  std::signal(SIGXFSZ, SIG_IGN);
  const system_clock time;
  auto db = open_or_fail(small_store(directory), time);
  rlimit limit{};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  const auto unlimited = limit;
  limit.rlim_cur = 200'000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
  std::uint64_t number = 1;
  std::vector<std::uint64_t> kept;
  for (; number < 10'000; ++number) {
    const auto how = commit(*db, mail(number));
    if (how.outcome != outcome::committed) {
      ASSERT_EQ(how.outcome, outcome::unavailable);
      break;
    }
    kept.push_back(number);
  }
  ASSERT_LT(number, 10'000u);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &unlimited), 0);
  commit_result how;
  for (int i = 0; i < 50 && how.outcome != outcome::committed; ++i) {
    std::this_thread::sleep_for(50ms);
    how = commit(*db, mail(number += 2));
  }
  ASSERT_EQ(how.outcome, outcome::committed) << to_string(*how.error);
  kept.push_back(number);
  expect_consistent(*db);
  for (auto each : kept) {
    EXPECT_TRUE(read(*db, {space::message, name_of(each)}).value());
    const acknowledged one{each, 0, 0};
    ASSERT_EQ(::write(report_fd, &one, sizeof one), static_cast<ssize_t>(sizeof one));
  }
}

TEST(crash, works_again_after_files_could_not_grow) {
  const temporary_directory directory;
  child limited{"crash_child.DISABLED_fills_its_disk", directory.path()};
  std::vector<acknowledged> kept;
  while (const auto one = limited.next())
    kept.push_back(*one);
  const int status = limited.wait();
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << status;
  EXPECT_GT(kept.size(), 5u);
  const system_clock time;
  auto db = open_or_fail(small_store(directory.path()), time);
  expect_consistent(*db);
  for (const auto& one : kept)
    EXPECT_TRUE(read(*db, {space::message, name_of(one.number)}).value());
}

} // namespace
} // namespace postroom::storage
