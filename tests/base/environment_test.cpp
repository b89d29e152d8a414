#include "base/environment.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace postroom {
namespace {

TEST(env_text, is_read_in_all_its_spellings) {
  const auto read = parse_env_text("# settings\n"
                                   "POSTROOM_LOG_LEVEL='DEBUG'\n"
                                   "\n"
                                   "export A = plain value \r\n"
                                   "B=\"two\\nlines \\\"x\\\"\" # why\n"
                                   "C=\n"
                                   "D='it has # and \\n'\n"
                                   "E=a#b # c\n"
                                   "A=again");
  ASSERT_TRUE(read) << to_string(read.error());
  const std::map<std::string, std::string, std::less<>> expected{{"POSTROOM_LOG_LEVEL", "DEBUG"}, {"A", "again"},
                                                                 {"B", "two\nlines \"x\""},       {"C", ""},
                                                                 {"D", "it has # and \\n"},       {"E", "a#b"}};
  EXPECT_EQ(*read, expected);
}

TEST(env_text, names_the_bad_line_but_not_its_value) {
  for (const char* bad : {"A=1\nhunter2", "A=1\nA B=hunter2", "A=1\n1A=hunter2", "A=1\nA='hunter2", "A=1\nA=\"hunter2",
                          "A=1\nA='hunter2'x", "A=1\nA=\"hunter2\\", "A=1\n=hunter2"}) {
    const auto read = parse_env_text(bad);
    ASSERT_FALSE(read) << bad;
    EXPECT_EQ(read.error().code, errc::invalid_argument);
    EXPECT_NE(read.error().detail.find("line 2"), std::string::npos);
    EXPECT_EQ(read.error().detail.find("hunter2"), std::string::npos);
  }
}

TEST(env_text, is_bounded) {
  EXPECT_EQ(parse_env_text(std::string(env_file_bytes_max + 1, '\n')).error().code, errc::too_large);
  std::string many;
  for (std::size_t i = 0; i <= env_settings_max; ++i)
    many += "K" + std::to_string(i) + "=\n";
  EXPECT_EQ(parse_env_text(many).error().code, errc::too_large);
}

TEST(environment, the_real_one_wins) {
  const auto both = environment::from_text("A=file\nB=file\nC=file", [](const std::string& name) {
                      return name == "A"   ? std::optional<std::string>{"process"}
                             : name == "C" ? std::optional<std::string>{""}
                                           : std::nullopt;
                    }).value();
  EXPECT_EQ(both.get("A"), "process");
  EXPECT_EQ(both.get("B"), "file");
  EXPECT_EQ(both.get("C"), "");
  EXPECT_EQ(both.get("D"), std::nullopt);
}

TEST(environment, a_missing_file_is_an_empty_one) {
  const auto read = environment::load("/nonexistent/.env");
  ASSERT_TRUE(read);
  EXPECT_NE(read->get("PATH"), std::nullopt);
  EXPECT_EQ(read->get("POSTROOM_NO_SUCH_SETTING"), std::nullopt);
}

TEST(environment, loads_a_file) {
  const auto path = std::filesystem::path{testing::TempDir()} / "postroom_environment_test.env";
  std::ofstream{path} << "POSTROOM_TEST_SETTING='yes'\n";
  EXPECT_EQ(environment::load(path).value().get("POSTROOM_TEST_SETTING"), "yes");
  std::ofstream{path} << std::string(env_file_bytes_max + 1, '\n');
  EXPECT_EQ(environment::load(path).error().code, errc::too_large);
  std::filesystem::remove(path);
  EXPECT_EQ(environment::load(testing::TempDir()).error().code, errc::invalid_argument); // a directory
}

} // namespace
} // namespace postroom
