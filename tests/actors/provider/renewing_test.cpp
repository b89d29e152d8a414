#include "tests/actors/provider/provider_fixture.hpp"

namespace postroom::provider {
namespace {

/// New credentials for a provider that runs.
class renewing_test : public provider_fixture {
protected:
  void refuse(const std::string& code, const std::string& error = "invalid_client", unsigned status = 401) {
    http.answer(status, R"({"error":")" + error + R"(","error_codes":[)" + code + R"(],"error_description":"AADSTS)" +
                            code + R"(: x"})");
    run();
  }
  [[nodiscard]] bool asks_with(const std::string& secret) const {
    return !http.open.empty() && http.body().find("client_secret=" + secret) != std::string::npos;
  }
  void renew(const std::string& value) {
    ASSERT_TRUE(storage::seal_secret(keys, provider, "client_secret", secret<>{value}));
    caf::anon_send(caf::actor_cast<provider_self>(service),
                   credentials_changed{std::make_shared<const records::Provider>(provider)});
    run();
  }
};

TEST_F(renewing_test, keeps_its_tokens_and_refreshes_them_with_the_new_secret) {
  (void)want();
  answer_ok("access-1", "refresh-1");
  renew("new-secret");
  auto answer = want();
  ASSERT_TRUE(answer.there() && answer.get());
  EXPECT_EQ(answer.get()->value.expose(), "access-1");
  pass(59min);
  EXPECT_TRUE(asks_with("new-secret"));
}

TEST_F(renewing_test, asks_again_at_once_and_tells_that_the_application_works) {
  (void)want();
  refuse("7000222");
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_TRUE(heard[0].failure);
  renew("new-secret");
  auto answer = want();
  ASSERT_TRUE(asks_with("new-secret"));
  answer_ok("access-1", "refresh-1");
  ASSERT_TRUE(answer.there() && answer.get());
  ASSERT_GE(heard.size(), 2U);
  EXPECT_TRUE(heard[1].grant.empty());
  EXPECT_FALSE(heard[1].failure);
}

TEST_F(renewing_test, asks_by_itself_when_nobody_else_does) {
  (void)want();
  refuse("7000222");
  renew("new-secret");
  pass(10s);
  EXPECT_TRUE(asks_with("new-secret"));
}

TEST_F(renewing_test, does_not_hold_a_late_refusal_of_the_old_secret_against_the_new_one) {
  auto answer = want();
  ASSERT_TRUE(asks_with("client-secret"));
  renew("new-secret");
  refuse("7000222");
  ASSERT_TRUE(asks_with("new-secret"));
  answer_ok("access-1", "refresh-1");
  ASSERT_TRUE(answer.there() && answer.get());
  for (const auto& each : heard)
    EXPECT_FALSE(each.failure);
}

TEST_F(renewing_test, does_not_bring_a_dead_grant_back) {
  (void)want();
  refuse("50173", "invalid_grant", 400);
  renew("new-secret");
  const auto answer = want();
  ASSERT_TRUE(answer.there());
  EXPECT_EQ(answer.get().error().code, errc::grant_dead);
  EXPECT_EQ(http.asked, 1U);
}

TEST_F(renewing_test, tells_the_first_success_because_an_earlier_actor_may_have_told_of_a_fault) {
  (void)want();
  answer_ok("access-1", "refresh-1");
  ASSERT_EQ(heard.size(), 2U) << "of the application and of the grant";
  EXPECT_TRUE(heard[0].grant.empty());
  EXPECT_EQ(heard[1].grant, "andrea");
  for (const auto& each : heard)
    EXPECT_FALSE(each.failure);
  pass(59min);
  answer_ok("access-2", "refresh-2");
  EXPECT_EQ(heard.size(), 2U) << "the first only";
}

TEST(credentials, are_told_from_what_else_there_is) {
  records::Provider one;
  one.set_id("azure");
  one.set_client_secret("a");
  auto other = one;
  other.set_client_secret("b");
  other.set_client_secret_expires_ms(1);
  other.set_previous_client_secret("a");
  other.set_certificate("c");
  other.set_updated_ms(2);
  EXPECT_TRUE(differ_in_credentials_only(one, other));
  other.set_imap_host("mail.example.com");
  EXPECT_FALSE(differ_in_credentials_only(one, other));
}

} // namespace
} // namespace postroom::provider
