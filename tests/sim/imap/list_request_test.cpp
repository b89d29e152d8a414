#include "sim/imap/list_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::sim {
namespace {

using testing::ElementsAre;
using testing::Optional;
using testing::StrEq;

std::optional<list_request> parse(std::string_view text, bool extended = true) {
  argument_reader reader{text};
  return parse_list_request(reader, extended);
}

TEST(list_request, is_a_reference_and_a_pattern) {
  const auto request = parse("\"a/\" b*", false).value();
  EXPECT_THAT(request.patterns, ElementsAre("a/b*"));
  EXPECT_FALSE(request.only_special || request.only_subscribed || request.tells_subscribed || request.status);
  EXPECT_THAT(parse("a \"\"", false)->patterns, ElementsAre(""));
  for (const auto* text : {"", "\"\"", "\"\" * RETURN (STATUS (MESSAGES))", "(SUBSCRIBED) \"\" *"})
    EXPECT_FALSE(parse(text, false)) << text;
}

TEST(list_request, has_options) {
  const auto request =
      parse(R"((SUBSCRIBED SPECIAL-USE) "" (INBOX "a b") RETURN (CHILDREN STATUS (MESSAGES UNSEEN)))").value();
  EXPECT_THAT(request.patterns, ElementsAre("INBOX", "a b"));
  EXPECT_TRUE(request.only_special && request.only_subscribed && request.tells_subscribed);
  EXPECT_THAT(request.status, Optional(StrEq("MESSAGES UNSEEN")));
  EXPECT_TRUE(parse("\"\" * RETURN (SUBSCRIBED)")->tells_subscribed);
  EXPECT_TRUE(parse("() \"\" * RETURN ()"));
  for (const auto* text : {"(NONSENSE) \"\" *", "\"\" ()", "\"\" * RETURN", "\"\" * RETURN (NONSENSE)",
                           "\"\" * RETURN (STATUS)", "\"\" * GIVE ()", "\"\" * RETURN () x", "\"\" (a"})
    EXPECT_FALSE(parse(text)) << text;
}

TEST(list_request, is_bounded) {
  EXPECT_FALSE(parse("\"\" " + std::string(list_request::pattern_bytes_max + 1, 'x')));
  std::string many = "\"\" (";
  for (std::size_t i = 0; i <= list_request::patterns_max; ++i)
    many += "a ";
  EXPECT_FALSE(parse(many + ")"));
}

TEST(list_matches, knows_its_wildcards) {
  EXPECT_TRUE(list_matches("*", "a/b"));
  EXPECT_FALSE(list_matches("%", "a/b"));
  EXPECT_TRUE(list_matches("a/%", "a/b"));
  EXPECT_FALSE(list_matches("a/%", "a/b/c"));
  EXPECT_TRUE(list_matches("a*c", "a/b/c"));
  EXPECT_TRUE(list_matches("%/%", "a/b"));
  EXPECT_TRUE(list_matches("inbox", "INBOX"));
  EXPECT_FALSE(list_matches("drafts", "Drafts"));
  EXPECT_FALSE(list_matches("", "a"));
  EXPECT_TRUE(list_matches("", ""));
}

TEST(list_matches, does_not_take_for_ever) {
  std::string pattern;
  for (int i = 0; i < 100; ++i)
    pattern += "*a";
  EXPECT_FALSE(list_matches(pattern + "b", std::string(255, 'a')));
}

} // namespace
} // namespace postroom::sim
