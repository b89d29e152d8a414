#include "sim/control/control_api.hpp"
#include "sim/control/faults.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <set>

// docs/stand_in.md knows every call and every fault, and no others.
namespace postroom::sim {
namespace {

std::string document() {
  std::ifstream file{POSTROOM_SOURCE_DIR "/docs/stand_in.md"};
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// From one heading to the next.
std::string chapter(const std::string& heading) {
  const auto text = document();
  const auto begin = text.find("\n## " + heading + "\n");
  EXPECT_NE(begin, std::string::npos) << heading;
  return begin == std::string::npos ? std::string{} : text.substr(begin, text.find("\n## ", begin + 1) - begin);
}

/// What stands first in each row of a chapter's tables.
std::multiset<std::string> rows(const std::string& text) {
  const std::regex row{"\n\\| `([^`]+)` \\|"};
  std::multiset<std::string> found;
  for (std::sregex_iterator at{text.begin(), text.end(), row}, end; at != end; ++at)
    found.insert((*at)[1]);
  return found;
}

TEST(stand_in_document, has_a_row_for_each_call_of_the_control_api) {
  std::multiset<std::string> calls{"GET /"};
  for (const auto& routes : {facts_routes(), stats_routes(), mailbox_routes(), people_routes(), application_routes(),
                             mail_routes(), fault_routes(), journal_routes()})
    for (const auto& each : routes) {
      const auto method = boost::beast::http::to_string(each.method);
      calls.insert(std::string{method.data(), method.size()} + " " + std::string{each.path});
    }
  EXPECT_EQ(rows(chapter("The control API")), calls);
}

TEST(stand_in_document, tells_what_each_call_takes) {
  const auto control = chapter("The control API");
  for (const auto& routes : {mailbox_routes(), people_routes(), application_routes(), mail_routes(), fault_routes()})
    for (const auto& each : routes) {
      const std::string purpose{each.purpose};
      const std::regex field{"[a-z]+_[a-z_]+"};
      for (std::sregex_iterator at{purpose.begin(), purpose.end(), field}, end; at != end; ++at)
        EXPECT_NE(control.find("`" + at->str() + "`"), std::string::npos) << at->str() << " of " << each.path;
    }
}

TEST(stand_in_document, has_a_row_for_each_kind_of_fault) {
  std::multiset<std::string> kinds;
  for (std::size_t i = 0; i < fault_kinds; ++i)
    kinds.insert(std::string{to_string(static_cast<fault_kind>(i))});
  EXPECT_EQ(rows(chapter("Faults")), kinds);
}

} // namespace
} // namespace postroom::sim
