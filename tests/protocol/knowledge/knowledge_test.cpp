#include "protocol/knowledge/entry.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace postroom::knowledge {
namespace {

TEST(knowledge_table, finds_each_row_by_its_key_in_any_case) {
  EXPECT_GT(all().size(), 200U);
  for (const auto* each : all()) {
    std::string upper{each->key};
    std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    EXPECT_EQ(find(each->key), each) << each->key;
    EXPECT_EQ(find(upper), each) << each->key;
    EXPECT_EQ(find(std::string{each->key} + "x"), nullptr) << each->key;
  }
}

TEST(knowledge_table, knows_no_other_keys) {
  for (const auto* key : {"", "a", "AADSTS", "AADSTS1", "zzz", "imap.", "\xff"})
    EXPECT_EQ(find(key), nullptr) << key;
}

TEST(knowledge_table, has_rows_that_can_be_read_and_asked_for) {
  for (const auto* each : all()) {
    EXPECT_FALSE(each->symptom.empty()) << each->key;
    EXPECT_TRUE(each->meaning.ends_with('.') && each->meaning.size() > 15) << each->key;
    EXPECT_TRUE(each->remedy.ends_with('.') && each->remedy.size() >= 10) << each->key;
    EXPECT_GE(each->not_before.count(), 0) << each->key;
    EXPECT_LE(each->not_before, std::chrono::hours{1}) << each->key;
    EXPECT_EQ(std::ranges::count(each->remedy, '`') % 2, 0) << each->key << ": a command without an end";
    for (const char c : each->key)
      EXPECT_TRUE(std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-') << each->key;
  }
}

TEST(knowledge_table, lets_an_origin_stand_together) {
  std::set<origin> over;
  auto now = all().front()->from;
  for (const auto* each : all()) {
    if (each->from == now)
      continue;
    EXPECT_TRUE(over.insert(now).second) << each->key;
    now = each->from;
  }
  EXPECT_EQ(over.size() + 1, 5U);
}

TEST(knowledge_table, tells_in_the_key_where_a_row_comes_from) {
  for (const auto* each : all()) {
    if (each->from != origin::identity) {
      EXPECT_TRUE(each->key.starts_with(std::string{to_string(each->from)} + ".")) << each->key;
    }
  }
}

TEST(knowledge_table, names_the_code_where_there_are_no_classes) {
  for (const auto* each : all()) {
    if (each->from == origin::imap || each->from == origin::graph || each->from == origin::sign_in) {
      EXPECT_EQ(each->kind, to_string(each->code)) << each->key;
    }
  }
}

/// What passes by itself needs nobody, and what needs somebody does not pass.
TEST(knowledge_table, does_not_let_people_wait_for_what_they_must_do) {
  const std::set<errc> passing{errc::throttled,       errc::identity_unavailable, errc::server_bye,
                               errc::session_expired, errc::command_refused,      errc::conflict,
                               errc::not_found,       errc::protocol_violation};
  for (const auto* each : all()) {
    if (each->again == retry::by_backoff) {
      EXPECT_TRUE(passing.contains(each->code)) << each->key;
    }
  }
  for (const auto* each : all()) {
    if (each->from == origin::identity && each->kind != "transient" && each->who == actor_role::gateway) {
      EXPECT_EQ(each->key, "AADSTS54005");
    }
  }
}

TEST(knowledge_table, uses_only_codes_of_the_other_side) {
  const std::set<errc> ours{errc::busy,          errc::timeout,         errc::cancelled,        errc::internal,
                            errc::store_corrupt, errc::disk_full,       errc::store_fenced,     errc::wrong_key,
                            errc::dns_failed,    errc::body_gone,       errc::connect_failed,   errc::key_reused,
                            errc::tls_failed,    errc::unauthenticated, errc::store_unavailable};
  for (const auto* each : all())
    EXPECT_FALSE(ours.contains(each->code)) << each->key;
}

TEST(knowledge_table, has_what_happens_while_somebody_signs_in) {
  for (const auto* key : {"wrong_person", "declined", "admin_approval", "stale_state", "no_cookie",
                          "missing_permission", "no_refresh_token", "identity_invalid", "directory_not_allowed"}) {
    const auto* row = find("sign_in." + std::string{key});
    ASSERT_NE(row, nullptr) << key;
    EXPECT_EQ(row->from, origin::sign_in);
  }
}

TEST(knowledge_table, explains_an_error_by_its_cause_else_by_its_code) {
  const auto known = explain({errc::app_misconfigured, "words", "AADSTS7000222"});
  EXPECT_EQ(known.meaning, find("AADSTS7000222")->meaning);
  EXPECT_EQ(known.remedy, find("AADSTS7000222")->remedy);
  EXPECT_EQ(known.who, actor_role::operators);
  for (const auto* cause : {"", "no_such_row"}) {
    const auto general = explain({errc::app_misconfigured, "words", cause});
    EXPECT_EQ(general.meaning, meaning(errc::app_misconfigured));
    EXPECT_EQ(general.remedy, remedy(errc::app_misconfigured));
    EXPECT_EQ(general.who, who_acts(errc::app_misconfigured));
  }
}

} // namespace
} // namespace postroom::knowledge
