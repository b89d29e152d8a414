#include "app/cli/json_view.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace postroom::app::cli {
namespace {

using namespace std::chrono_literals;

constexpr wall_time noon{std::chrono::sys_days{std::chrono::November / 24 / 2026} + 12h};

std::string shown(const char* text) {
  const auto document = json_document::parse(text);
  std::ostringstream out;
  print_object(out, document->root(), noon);
  return out.str();
}

TEST(json_view, shows_an_object_line_by_line) {
  EXPECT_EQ(shown(R"({"id":"support","active":true,"folder":"","status":{"state":"idle","last_error":null},"n":3,)"
                  R"("scopes":["read","write"]})"),
            "id                 support\n"
            "active             yes\n"
            "folder             -\n"
            "status.state       idle\n"
            "status.last_error  -\n"
            "n                  3\n"
            "scopes             read, write\n");
}

TEST(json_view, shows_lists_of_objects_as_tables_beneath) {
  EXPECT_EQ(
      shown(R"({"recipients":[{"address":"a@b","state":"accepted"},{"address":"long@b","reply":"no"}],"id":"m"})"),
      "id  m\n"
      "recipients:\n"
      "  address  state\n"
      "  a@b      accepted\n"
      "  long@b   -\n");
}

TEST(json_view, tells_times_exactly_and_how_far_they_are) {
  EXPECT_EQ(shown(R"({"created":"2026-11-24T11:57:00.000Z"})"), "created  2026-11-24 11:57:00Z (3 min ago)\n");
  EXPECT_EQ(shown(R"({"next":"2026-11-24T12:00:30.250Z"})"), "next  2026-11-24 12:00:30.250Z (in 30 s)\n");
  EXPECT_EQ(distance_from(noon, noon + 72h), "in 3 days");
  EXPECT_EQ(distance_from(noon, noon - 5h), "5 h ago");
  EXPECT_EQ(readable_time("not a time at all, but long"), "not a time at all, but long");
}

TEST(json_view, finds_what_is_deep_inside) {
  const auto document = json_document::parse(R"({"a":{"b":{"c":"x"},"n":null}})");
  EXPECT_EQ(text_at(document->root(), "a.b.c"), "x");
  EXPECT_FALSE(value_at(document->root(), "a.n"));
  EXPECT_FALSE(value_at(document->root(), "a.x.c"));
}

TEST(json_view, says_when_it_is_no_json) {
  const auto document = json_document::parse("<html>");
  ASSERT_FALSE(document);
  EXPECT_EQ(document.error().code, errc::protocol_violation);
}

} // namespace
} // namespace postroom::app::cli
