#include "protocol/smtp/failure_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

namespace postroom::smtp {
namespace {

using testing::HasSubstr;

/// docs/sending.md with every run of blanks and line ends as one blank: its lines are folded.
std::string document() {
  std::ifstream file{POSTROOM_SOURCE_DIR "/docs/sending.md"};
  std::string text;
  for (std::string word; file >> word;)
    text += word + " ";
  return text;
}

std::vector<failure_class> all_classes() {
  std::vector<failure_class> out;
  for (int i = 0; i <= static_cast<int>(failure_class::protocol); ++i)
    out.push_back(static_cast<failure_class>(i));
  return out;
}

TEST(documented_classes, have_the_meaning_and_remedy_that_the_document_tells) {
  const auto text = document();
  for (const auto each : all_classes()) {
    std::ostringstream row;
    row << "- `" << to_string(each) << "`: " << meaning(each) << " *" << to_string(who_acts(each))
        << "*: " << remedy(each) << " ";
    EXPECT_THAT(text, HasSubstr(row.str()));
  }
}

TEST(documented_classes, are_all_in_the_table_of_attempts_and_no_others_are) {
  std::ifstream file{POSTROOM_SOURCE_DIR "/docs/sending.md"};
  std::string line;
  while (std::getline(file, line) && !line.starts_with("| class |"))
    ;
  std::getline(file, line); // the rule below the heading
  std::vector<std::string> listed;
  while (std::getline(file, line) && line.starts_with("| `"))
    listed.push_back(line.substr(3, line.find('`', 3) - 3));
  std::vector<std::string> expected;
  for (const auto each : all_classes())
    expected.emplace_back(to_string(each));
  EXPECT_THAT(listed, testing::UnorderedElementsAreArray(expected));
}

} // namespace
} // namespace postroom::smtp
