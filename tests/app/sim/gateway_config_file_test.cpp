#include "app/sim/gateway_config_file.hpp"

#include "app/commands.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace postroom::app {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

class gateway_config_file_test : public testing::Test {
protected:
  gateway_config_file_test() { std::filesystem::create_directory(folder); }
  ~gateway_config_file_test() override { std::filesystem::remove_all(folder); }

  [[nodiscard]] std::string content() const {
    std::ifstream in{file, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
  }

  const std::filesystem::path folder =
      std::filesystem::path{testing::TempDir()} /
      (std::string{"gateway_config_file_test-"} + testing::UnitTest::GetInstance()->current_test_info()->name());
  const std::filesystem::path file = folder / "postroom.toml";
};

TEST_F(gateway_config_file_test, replaces_its_own) {
  ASSERT_TRUE(write_gateway_config_file(file, "a = 1\n"));
  ASSERT_TRUE(write_gateway_config_file(file, "b = 2\n"));
  EXPECT_THAT(content(), EndsWith("`postroom sim`, which replaces it at each start.\nb = 2\n"));
}

TEST_F(gateway_config_file_test, leaves_an_operators_file_as_it_is) {
  for (const std::string theirs : {"data_directory = \"data\"\n", "", "# Written by hand\n"}) {
    std::ofstream{file, std::ios::binary} << theirs;
    const auto refused = write_gateway_config_file(file, "a = 1\n");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, errc::conflict);
    EXPECT_THAT(refused.error().detail, HasSubstr(file.string()));
    EXPECT_EQ(content(), theirs);
  }
}

TEST_F(gateway_config_file_test, the_stand_in_does_not_start_over_such_a_file) {
  std::ofstream{file, std::ios::binary} << "data_directory = \"data\"\n";
  sim_options options;
  options.gateway_config = file;
  options.run_for = std::chrono::seconds{1};
  testing::internal::CaptureStderr();
  EXPECT_EQ(simulate(options), 2);
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("move it away"));
  EXPECT_EQ(content(), "data_directory = \"data\"\n");
}

} // namespace
} // namespace postroom::app
