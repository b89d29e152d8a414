#include "app/private_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sys/stat.h>

namespace postroom::app {
namespace {

using std::filesystem::perms;
using testing::HasSubstr;

class private_file_test : public testing::Test {
protected:
  private_file_test() { std::filesystem::create_directory(folder); }
  ~private_file_test() override { std::filesystem::remove_all(folder); }

  static std::string content_of(const std::filesystem::path& file) {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }
  static perms mode_of(const std::filesystem::path& file) { return std::filesystem::status(file).permissions(); }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator{folder}, {}));
  }

  const std::filesystem::path folder =
      std::filesystem::path{testing::TempDir()} /
      (std::string{"private_file_test-"} + testing::UnitTest::GetInstance()->current_test_info()->name());
  const std::filesystem::path file = folder / "secrets.toml";
};

TEST_F(private_file_test, is_its_owners_alone_whatever_the_umask) {
  const auto before = ::umask(0);
  const auto written = write_private_file(file, "a = 1\n");
  ::umask(before);
  ASSERT_TRUE(written) << written.error().detail;
  EXPECT_EQ(content_of(file), "a = 1\n");
  EXPECT_EQ(mode_of(file), perms::owner_read | perms::owner_write);
  EXPECT_EQ(files(), 1U);
}

TEST_F(private_file_test, takes_the_place_of_the_old_one_as_a_whole) {
  std::ofstream{file} << std::string(100, 'x');
  std::filesystem::permissions(file, perms::all);
  std::ifstream open_before{file};
  ASSERT_TRUE(write_private_file(file, "new"));
  EXPECT_EQ(content_of(file), "new");
  EXPECT_EQ(mode_of(file), perms::owner_read | perms::owner_write);
  EXPECT_EQ((std::string{std::istreambuf_iterator<char>{open_before}, {}}), std::string(100, 'x'));
}

TEST_F(private_file_test, does_not_go_on_with_a_draft_that_others_may_read) {
  const auto draft = folder / "secrets.toml.new";
  std::ofstream{draft} << "left behind";
  std::filesystem::permissions(draft, perms::all);
  std::ifstream spy{draft};
  ASSERT_TRUE(write_private_file(file, "secret"));
  EXPECT_EQ(mode_of(file), perms::owner_read | perms::owner_write);
  EXPECT_EQ((std::string{std::istreambuf_iterator<char>{spy}, {}}), "left behind");
}

TEST_F(private_file_test, holds_any_octets) {
  std::string octets(300'000, '\0');
  for (std::size_t i = 0; i < octets.size(); ++i)
    octets[i] = static_cast<char>(i % 256);
  ASSERT_TRUE(write_private_file(file, octets));
  EXPECT_EQ(content_of(file), octets);
}

TEST_F(private_file_test, says_why_it_cannot_be) {
  const auto nowhere = write_private_file(folder / "missing" / "secrets.toml", "a");
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().code, errc::invalid_argument);
  EXPECT_THAT(nowhere.error().detail, HasSubstr("missing/secrets.toml"));
  EXPECT_THAT(nowhere.error().detail, HasSubstr("No such file or directory"));
}

TEST_F(private_file_test, leaves_no_draft_behind_when_it_cannot_be) {
  std::filesystem::create_directories(file / "full"); // a folder in its place cannot be replaced
  const auto refused = write_private_file(file, "secret");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, errc::invalid_argument);
  EXPECT_EQ(files(), 1U);
}

} // namespace
} // namespace postroom::app
