#include "sim/imap/select_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::sim {
namespace {

using testing::ElementsAre;

TEST(select_parameters, are_read) {
  EXPECT_TRUE(parse_select_parameters("CONDSTORE")->condstore);
  const auto bare = parse_select_parameters("QRESYNC (14 90060115194045000)").value();
  EXPECT_EQ(bare.resync->uid_validity, 14U);
  EXPECT_EQ(bare.resync->mod_seq, 90060115194045000U);
  EXPECT_FALSE(bare.resync->known_uids);
  const auto full = parse_select_parameters("qresync (14 7 1:3,5 (1,3 2,5))").value();
  EXPECT_THAT(full.resync->known_uids->ranges, ElementsAre(std::pair(1U, 3U), std::pair(5U, 5U)));
  EXPECT_TRUE(parse_select_parameters("QRESYNC (14 7 (1,3 2,5)) CONDSTORE")->condstore);
  for (const auto* text :
       {"NONSENSE", "QRESYNC", "QRESYNC ()", "QRESYNC (14)", "QRESYNC (0 7)", "QRESYNC (14 x)", "QRESYNC (14 7 x)",
        "QRESYNC (14 7 1:3 (1))", "QRESYNC (14 7 1:3 (1 2) 3)", "QRESYNC (14 9223372036854775808)"})
    EXPECT_FALSE(parse_select_parameters(text)) << text;
}

TEST(fetch_modifiers, are_read) {
  EXPECT_EQ(parse_fetch_modifiers("CHANGEDSINCE 5")->changed_since, 5U);
  EXPECT_TRUE(parse_fetch_modifiers("changedsince 5 vanished")->vanished);
  for (const auto* text : {"", "VANISHED", "CHANGEDSINCE", "CHANGEDSINCE x", "CHANGEDSINCE 5 NONSENSE"})
    EXPECT_FALSE(parse_fetch_modifiers(text)) << text;
}

TEST(fetch_arguments, are_split) {
  const auto list = split_fetch_arguments("(UID FLAGS) (CHANGEDSINCE 5)");
  EXPECT_EQ(list.items, "(UID FLAGS)");
  EXPECT_EQ(list.modifiers, "CHANGEDSINCE 5");
  const auto one = split_fetch_arguments("BODY[HEADER.FIELDS (a b)] (CHANGEDSINCE 5)");
  EXPECT_EQ(one.items, "BODY[HEADER.FIELDS (a b)]");
  EXPECT_EQ(one.modifiers, "CHANGEDSINCE 5");
  for (const auto* text : {"FLAGS", "(UID FLAGS)", "FLAGS UID", "(UID", ""}) {
    EXPECT_EQ(split_fetch_arguments(text).items, text);
    EXPECT_FALSE(split_fetch_arguments(text).modifiers) << text;
  }
}

} // namespace
} // namespace postroom::sim
