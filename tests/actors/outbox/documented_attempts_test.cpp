#include "actors/outbox/retry_plan.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <regex>

namespace postroom::outbox {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

milliseconds duration_of(const std::smatch& row, std::size_t number, std::size_t unit) {
  const auto name = row[unit].str();
  const auto one = name == "s" ? milliseconds{1s} : name == "min" ? 1min : name == "h" ? 1h : 24h;
  return std::stoi(row[number].str()) * one;
}

/// The table of docs/sending.md says what happens: the program is asked row by row.
TEST(documented_attempts, come_when_the_document_says) {
  std::ifstream file{POSTROOM_SOURCE_DIR "/docs/sending.md"};
  const std::regex repeated{R"(\| `(\w+)` \| (\d+) (\w+) \| (\d+) (\w+) \| (\d+) days? \|)"};
  const std::regex never{R"(\| `(\w+)` \| never \| \| \|)"};
  int rows = 0;
  std::smatch row;
  for (std::string line; std::getline(file, line);) {
    SCOPED_TRACE(line);
    if (std::regex_match(line, row, never)) {
      const auto klass = smtp::failure_class_of(row[1].str());
      ASSERT_TRUE(klass);
      EXPECT_FALSE(next_attempt({*klass, 1, 0ms, 0ms}, 0));
      ++rows;
    } else if (std::regex_match(line, row, repeated)) {
      const auto klass = smtp::failure_class_of(row[1].str());
      ASSERT_TRUE(klass);
      const auto horizon = std::stoi(row[6].str()) * milliseconds{24h};
      // By chance between half and all of the distance; here half.
      EXPECT_EQ(next_attempt({*klass, 1, 0ms, 0ms}, 0), duration_of(row, 2, 3) / 2);
      EXPECT_EQ(next_attempt({*klass, 20, 0ms, 0ms}, 0), duration_of(row, 4, 5) / 2);
      EXPECT_TRUE(next_attempt({*klass, 20, horizon - 1ms, 0ms}, 0));
      EXPECT_FALSE(next_attempt({*klass, 20, horizon, 0ms}, 0));
      ++rows;
    }
  }
  EXPECT_EQ(rows, static_cast<int>(smtp::failure_class::protocol) + 1);
  EXPECT_EQ(age_max, 7 * 24h) << "the document says seven days";
}

} // namespace
} // namespace postroom::outbox
