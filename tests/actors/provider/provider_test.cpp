#include "tests/actors/provider/provider_fixture.hpp"

namespace postroom::provider {
namespace {

class provider_test : public provider_fixture {};

TEST_F(provider_test, asks_once_for_any_number_of_mailboxes) {
  std::vector<pending_answer<access_token>> answers;
  for (int i = 0; i < 50; ++i)
    answers.push_back(want());
  EXPECT_EQ(http.asked, 1U);
  answer_ok("access-1", "refresh-1");
  for (auto& a : answers) {
    ASSERT_TRUE(a.there() && a.get());
    EXPECT_EQ(a.get()->value.expose(), "access-1");
    EXPECT_EQ(a.get()->delegate, "Andrea@contoso.example");
  }
}

TEST_F(provider_test, stores_the_rotated_token_sealed_before_anyone_uses_the_new_one) {
  auto answer = want();
  answer_ok("access-1", "refresh-1");
  ASSERT_TRUE(answer.there());
  const auto grant = stored();
  EXPECT_EQ(storage::open_refresh_token(keys, grant)->expose(), "refresh-1");
  EXPECT_EQ(grant.SerializeAsString().find("refresh-1"), std::string::npos);
  EXPECT_EQ(grant.SerializeAsString().find("access-1"), std::string::npos);
}

TEST_F(provider_test, uses_the_rotated_token_next_time) {
  (void)want();
  answer_ok("access-1", "refresh-1");
  pass(59min);
  ASSERT_EQ(http.open.size(), 1U) << "refreshed ahead of need";
  EXPECT_NE(http.open.front().request.body.expose().find("refresh-1"), std::string::npos);
}

TEST_F(provider_test, hands_out_the_old_token_while_the_new_one_is_on_its_way) {
  (void)want();
  answer_ok("access-1", "refresh-1");
  pass(50min);
  auto answer = want();
  ASSERT_TRUE(answer.there());
  EXPECT_EQ(answer.get()->value.expose(), "access-1");
}

TEST_F(provider_test, does_not_ask_again_after_a_dead_grant_until_somebody_signs_in) {
  const std::string dead =
      R"({"error":"invalid_grant","suberror":"bad_token","error_codes":[50173],"error_description":"AADSTS50173: x"})";
  auto first = want();
  http.answer(400, dead);
  run();
  ASSERT_TRUE(first.there());
  EXPECT_EQ(first.get().error().code, errc::grant_dead);
  pass(30min);
  auto second = want();
  ASSERT_TRUE(second.there());
  EXPECT_EQ(http.asked, 1U);

  auto grant = stored();
  ASSERT_TRUE(storage::seal_refresh_token(keys, grant, secret<>{"signed-in-again"}));
  commit(storage::put_config(grant, std::nullopt));
  (void)ask<ack>(service, config_changed{config_changed::kind::grant, tenant_id{"acme"}, "andrea"});
  auto third = want();
  EXPECT_EQ(http.asked, 2U);
  answer_ok("access-2", "refresh-2");
  ASSERT_TRUE(third.there() && third.get());
}

TEST_F(provider_test, survives_an_endpoint_that_answers_rubbish) {
  auto answer = want();
  http.answer(503, "<html>gateway trouble</html>");
  run();
  ASSERT_TRUE(answer.there());
  EXPECT_EQ(answer.get().error().code, errc::identity_unavailable);
  pass(5min);
  EXPECT_GE(http.asked, 2U) << "tries again by itself";
}

TEST_F(provider_test, takes_a_refused_token_for_stale_only_when_it_is_not_brand_new) {
  (void)want();
  answer_ok("access-1", "refresh-1");
  auto at_once = want(true);
  ASSERT_TRUE(at_once.there());
  pass(1min);
  auto later = want(true);
  EXPECT_FALSE(later.there());
  EXPECT_EQ(http.asked, 2U);
}

TEST_F(provider_test, says_whose_sign_in_is_missing) {
  auto answer = want(false, "by-delegate:nobody@contoso.example");
  ASSERT_TRUE(answer.there());
  EXPECT_EQ(answer.get().error().code, errc::grant_dead);
  EXPECT_NE(answer.get().error().detail.find("nobody@contoso.example"), std::string::npos);
}

TEST_F(provider_test, opens_a_persons_own_mailbox_with_that_persons_sign_in) {
  auto answer = want(false, "by-owner:Andrea@contoso.example");
  answer_ok("access-1", "refresh-1");
  EXPECT_TRUE(answer.there());
  auto nobody = want(false, "by-owner:nobody@contoso.example");
  ASSERT_TRUE(nobody.there());
  EXPECT_NE(nobody.get().error().detail.find("'nobody@contoso.example' or the application"), std::string::npos);
}

} // namespace
} // namespace postroom::provider
