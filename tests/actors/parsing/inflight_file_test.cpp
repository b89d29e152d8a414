#include "actors/parsing/inflight_file.hpp"

#include "base/limits.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <sys/wait.h>
#include <unistd.h>

namespace postroom::parsing {
namespace {

class inflight : public testing::Test {
protected:
  inflight() {
    std::string pattern = testing::TempDir() + "inflight.XXXXXX";
    directory_ = ::mkdtemp(pattern.data());
    path_ = directory_ / "inflight";
  }
  ~inflight() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<inflight_file> open() { return std::move(inflight_file::open(path_).value()); }

  /// Opens the file in a process of its own, which then dies by SIGKILL.
  void die_after(const std::function<void(inflight_file&)>& work) {
    const auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      const auto file = inflight_file::open(path_);
      if (!file)
        ::_exit(1);
      work(**file);
      ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child could not open the file";
  }

  std::filesystem::path directory_;
  std::filesystem::path path_;
};

inflight_key key(std::uint32_t uid) {
  return inflight_key_of(account_id("sales"), "INBOX", {1}, {uid});
}

TEST_F(inflight, condemns_what_two_processes_died_of) {
  die_after([](auto& file) { file.begin(3, key(1)); });
  die_after([](auto& file) {
    if (!file.suspected(key(1)) || file.condemned(key(1)))
      ::_exit(1);
    file.begin(0, key(1));
  });
  const auto file = open();
  EXPECT_TRUE(file->suspected(key(1)));
  EXPECT_TRUE(file->condemned(key(1)));
  EXPECT_FALSE(file->suspected(key(2)));
}

TEST_F(inflight, does_not_blame_what_was_finished) {
  for (int round = 0; round < 3; ++round) {
    die_after([](auto& file) {
      file.begin(0, key(1));
      file.end(0);
      file.begin(1, key(2));
      file.begin(1, key(3)); // takes the place of 2
    });
  }
  const auto file = open();
  EXPECT_FALSE(file->suspected(key(1)));
  EXPECT_FALSE(file->suspected(key(2)));
  EXPECT_TRUE(file->condemned(key(3)));
}

TEST_F(inflight, counts_one_death_once_however_often_it_starts) {
  die_after([](auto& file) { file.begin(0, key(1)); });
  for (int start = 0; start < 5; ++start)
    die_after([](auto&) {});
  const auto file = open();
  EXPECT_TRUE(file->suspected(key(1)));
  EXPECT_FALSE(file->condemned(key(1)));
}

TEST_F(inflight, forgets_for_good) {
  die_after([](auto& file) { file.begin(0, key(1)); });
  die_after([](auto& file) {
    file.forget(key(1));
    if (file.suspected(key(1)))
      ::_exit(1);
  });
  die_after([](auto& file) { file.begin(0, key(1)); });
  EXPECT_FALSE(open()->condemned(key(1)));
}

TEST_F(inflight, remembers_every_slot_and_only_so_many_suspects) {
  for (std::uint32_t round = 0; round < 6; ++round) {
    die_after([round](auto& file) {
      for (std::uint32_t slot = 0; slot < inflight_slots_max; ++slot)
        file.begin(slot, key(slot < 2 ? slot : round * 1000 + slot));
    });
  }
  const auto file = open();
  EXPECT_TRUE(file->condemned(key(0))) << "the most suspicious are kept";
  EXPECT_TRUE(file->condemned(key(1)));
  EXPECT_TRUE(file->suspected(key(5000 + 63))) << "and the latest";
  EXPECT_FALSE(file->suspected(key(2)));
  std::size_t known = 0;
  for (std::uint32_t uid = 0; uid < 6000; ++uid)
    known += file->suspected(key(uid)) ? 1 : 0;
  EXPECT_EQ(known, limits::parse_suspects_max);
}

TEST_F(inflight, starts_afresh_from_any_damage) {
  die_after([](auto& file) { file.begin(0, key(1)); });
  std::string good;
  {
    std::ifstream in(path_, std::ios::binary);
    good.assign(std::istreambuf_iterator<char>(in), {});
  }
  const auto write = [&](const std::string& content) {
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << content;
  };
  for (const auto length : {std::size_t{0}, std::size_t{1}, std::size_t{100}, good.size() - 1}) {
    write(good.substr(0, length));
    EXPECT_FALSE(open()->suspected(key(1))) << length;
  }
  for (std::size_t at = 0; at < 128; ++at) { // the head of the file and the first slots
    auto torn = good;
    torn[at] = static_cast<char>(torn[at] ^ 0x55);
    write(torn);
    const bool harmless = at >= 8 && (at < 64 || at >= 96 || (at >= 84 && at < 88));
    EXPECT_EQ(open()->suspected(key(1)), harmless) << at;
  }
  write(good);
  EXPECT_TRUE(open()->suspected(key(1)));
}

/// Kills the process at a random moment between two notes; nothing but what was in flight may be suspected.
TEST_F(inflight, survives_being_killed_at_any_point) {
  for (int round = 0; round < 15; ++round) {
    const auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      const auto file = inflight_file::open(path_);
      for (std::uint32_t uid = 0; file; uid = (uid + 1) % 4) {
        (*file)->begin(0, key(uid));
        (*file)->end(0);
      }
      ::_exit(1);
    }
    ::usleep(static_cast<useconds_t>(500 + round * 137));
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status));
    const auto file = open();
    int suspected = 0;
    for (std::uint32_t uid = 0; uid < 4; ++uid) {
      suspected += file->suspected(key(uid)) ? 1 : 0;
      file->forget(key(uid));
    }
    EXPECT_LE(suspected, 1);
  }
}

TEST_F(inflight, belongs_to_one_process) {
  const auto file = open();
  const auto second = inflight_file::open(path_);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, errc::conflict);
}

TEST_F(inflight, says_when_it_cannot_be_made) {
  const auto file = inflight_file::open(directory_ / "missing" / "inflight");
  ASSERT_FALSE(file.has_value());
  EXPECT_EQ(file.error().code, errc::store_unavailable);
}

} // namespace
} // namespace postroom::parsing
