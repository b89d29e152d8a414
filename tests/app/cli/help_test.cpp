#include "app/cli/command.hpp"
#include "tests/app/cli/fake_gateway.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>

namespace postroom::app::cli {
namespace {

using testing::HasSubstr;

std::string document() {
  std::ifstream file{POSTROOM_SOURCE_DIR "/docs/command_line.md"};
  return {std::istreambuf_iterator<char>{file}, {}};
}

TEST(help, of_every_command_has_an_example_that_names_it) {
  test::fake_gateway gateway;
  const auto paths = program{gateway.world}.command_paths();
  EXPECT_GE(paths.size(), 35U);
  for (const auto& path : paths) {
    std::vector<std::string> arguments;
    std::istringstream words{path};
    for (std::string word; words >> word;)
      arguments.push_back(word);
    arguments.emplace_back("--help");
    EXPECT_EQ(gateway.run(arguments), 0) << path;
    EXPECT_THAT(gateway.out.str(), HasSubstr("Usage: postroom " + path));
    EXPECT_THAT(gateway.out.str(), HasSubstr("Example: postroom " + path));
  }
}

TEST(help, tells_the_exit_codes) {
  test::fake_gateway gateway;
  EXPECT_EQ(gateway.run({"--help"}), 0);
  EXPECT_THAT(gateway.out.str(), HasSubstr(std::string{exit_codes_help}));
}

TEST(help, of_all_commands_is_what_the_document_knows) {
  test::fake_gateway gateway;
  EXPECT_EQ(gateway.run({"--help-all"}), 0);
  const auto all = gateway.out.str();
  const auto known = document();
  const std::regex heading{"\n== postroom ([a-z -]+)\n"};
  std::size_t commands = 0;
  for (std::sregex_iterator at{all.begin(), all.end(), heading}, end; at != end; ++at, ++commands)
    EXPECT_THAT(known, HasSubstr("`" + (*at)[1].str())) << "docs/command_line.md does not name it";
  EXPECT_EQ(commands, program{gateway.world}.command_paths().size());
  for (const auto* name : {"--url", "--token", "--token-file", "--tenant", "--ca-file", "--json", "--timeout"})
    EXPECT_THAT(known, HasSubstr(name));
}

} // namespace
} // namespace postroom::app::cli
