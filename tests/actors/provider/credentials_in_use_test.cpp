#include "tests/actors/provider/provider_fixture.hpp"

namespace postroom::provider {
namespace {

/// Two client secrets are held, and tokens of two resources are asked for.
class credentials_in_use_test : public provider_fixture {
protected:
  credentials_in_use_test() {
    EXPECT_TRUE(storage::seal_secret(keys, provider, "previous_client_secret", secret<>{"old-secret"}));
    commit(storage::put_config(provider, revision{0}));
    start();
    http.open.clear();
  }
  void refuse(const std::string& code, const std::string& error = "invalid_client", unsigned status = 401) {
    http.answer(status, R"({"error":")" + error + R"(","error_codes":[)" + code + R"(],"error_description":"AADSTS)" +
                            code + R"(: x"})");
    run();
  }
  [[nodiscard]] std::vector<error> failures() const {
    std::vector<error> out;
    for (const auto& each : heard)
      if (each.failure)
        out.push_back(*each.failure);
    return out;
  }
  [[nodiscard]] bool asks_with(const std::string& secret) const {
    return !http.open.empty() && http.body().find("client_secret=" + secret) != std::string::npos;
  }
  void add_grant(const std::string& id) {
    auto grant = stored();
    grant.set_id(id);
    grant.set_delegate(id + "@contoso.example");
    EXPECT_TRUE(storage::seal_refresh_token(keys, grant, secret<>{"refresh-" + id}));
    commit(storage::put_config(grant, revision{0}));
    (void)ask<ack>(service, config_changed{config_changed::kind::grant, tenant_id{"acme"}, id});
  }
  records::Provider stored_provider() {
    records::Provider out;
    storage::get<records::Provider>(*store, storage::key_of(provider), [&](auto got) { out = (*got)->value; });
    return out;
  }
};

TEST_F(credentials_in_use_test, goes_over_to_the_previous_secret_when_the_new_one_is_wrong) {
  auto answer = want();
  ASSERT_TRUE(asks_with("client-secret"));
  refuse("7000215");
  ASSERT_TRUE(asks_with("old-secret"));
  answer_ok("access-1", "refresh-1");
  ASSERT_TRUE(answer.there() && answer.get());
  EXPECT_TRUE(failures().empty()) << "nobody needs to hear of it";
  pass(59min);
  EXPECT_TRUE(asks_with("old-secret")) << "what worked last is used first";
}

TEST_F(credentials_in_use_test, says_that_the_application_is_broken_when_no_secret_is_left) {
  auto answer = want();
  refuse("7000215");
  refuse("7000222");
  ASSERT_TRUE(answer.there());
  EXPECT_EQ(answer.get().error().code, errc::app_misconfigured);
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_TRUE(heard[0].grant.empty());
  ASSERT_TRUE(heard[0].failure);
  EXPECT_EQ(heard[0].failure->cause, "AADSTS7000222");
}

TEST_F(credentials_in_use_test, asks_once_for_all_grants_of_a_broken_application) {
  for (int i = 0; i < 20; ++i)
    add_grant("colleague-" + std::to_string(i));
  auto first = want();
  refuse("7000215");
  refuse("7000215");
  const auto asked = http.asked;
  for (int i = 0; i < 20; ++i) {
    auto other = want(false, "colleague-" + std::to_string(i));
    ASSERT_TRUE(other.there());
    EXPECT_EQ(other.get().error().code, errc::app_misconfigured);
  }
  EXPECT_EQ(http.asked, asked);
  pass(6min);
  EXPECT_EQ(http.open.size(), 1U) << "one probe";
}

TEST_F(credentials_in_use_test, forgets_the_previous_secret_once_it_has_expired_and_the_new_one_works) {
  provider.set_previous_client_secret_expires_ms(time.now().time_since_epoch().count() + 1000);
  commit(storage::put_config(provider, revision{1}));
  start();
  pass(2s);
  (void)want();
  answer_ok("access-1", "refresh-1");
  run();
  EXPECT_TRUE(stored_provider().previous_client_secret().empty());
  EXPECT_EQ(storage::open_secret(keys, stored_provider(), "client_secret")->expose(), "client-secret");
}

TEST_F(credentials_in_use_test, asks_for_one_resource_after_the_other) {
  provider.set_purposes("imap smtp graph_read");
  start();
  auto mail = want();
  auto graph = ask<access_token>(service, want_access_token{grant_id{"andrea"}, false, token_resource::graph});
  ASSERT_EQ(http.open.size(), 1U) << "two at once would each bring another refresh token";
  EXPECT_NE(http.body().find("IMAP.AccessAsUser.All"), std::string::npos);
  answer_ok("access-mail", "refresh-1");
  ASSERT_EQ(http.open.size(), 1U);
  EXPECT_NE(http.body().find("Mail.Read"), std::string::npos);
  EXPECT_NE(http.body().find("refresh_token=refresh-1"), std::string::npos);
  answer_ok("access-graph", "refresh-2");
  ASSERT_TRUE(mail.there() && graph.there());
  EXPECT_EQ(mail.get()->value.expose(), "access-mail");
  EXPECT_EQ(graph.get()->value.expose(), "access-graph");
  EXPECT_EQ(storage::open_resource_token(keys, stored(), "graph")->expose(), "access-graph");
}

TEST_F(credentials_in_use_test, serves_those_who_come_while_it_asks_with_the_same_answer) {
  auto first = want();
  auto second = want();
  answer_ok("access-1", "refresh-1");
  ASSERT_TRUE(first.there() && second.there());
  EXPECT_TRUE(http.open.empty()) << "nobody waits any more";
}

TEST_F(credentials_in_use_test, tells_of_a_dead_grant_and_of_its_return) {
  (void)want();
  refuse("50173", "invalid_grant", 400);
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].grant, "andrea");
  EXPECT_EQ(heard[0].failure->code, errc::grant_dead);
  auto grant = stored();
  ASSERT_TRUE(storage::seal_refresh_token(keys, grant, secret<>{"signed-in-again"}));
  commit(storage::put_config(grant, std::nullopt));
  (void)ask<ack>(service, config_changed{config_changed::kind::grant, tenant_id{"acme"}, "andrea"});
  (void)want();
  answer_ok("access-2", "refresh-2");
  EXPECT_EQ(failures().size(), 1U);
  EXPECT_EQ(heard.back().grant, "andrea");
  EXPECT_FALSE(heard.back().failure);
}

TEST_F(credentials_in_use_test, leaves_a_grant_that_nobody_uses_alone_for_days_but_not_for_ever) {
  (void)want();
  answer_ok("access-1", "refresh-1");
  pass(59min); // nobody has asked for that token but the first
  ASSERT_EQ(http.open.size(), 1U);
  answer_ok("access-2", "refresh-2");
  const auto asked = http.asked;
  pass(24h);
  EXPECT_EQ(http.asked, asked);
  for (int day = 0; day < 9; ++day)
    pass(24h);
  EXPECT_GT(http.asked, asked);
}

TEST_F(credentials_in_use_test, keeps_the_grant_when_the_process_dies_between_answer_and_commit) {
  (void)want();
  quit(service); // the answer is on its way
  http.answer(200, R"({"token_type":"Bearer","access_token":"a","refresh_token":"never-stored","expires_in":3600})");
  service = provider_actor{};
  start();
  auto answer = want();
  ASSERT_EQ(http.open.size(), 1U);
  EXPECT_NE(http.body().find("refresh_token=refresh-0"), std::string::npos) << "the old one stays valid";
  answer_ok("access-1", "refresh-1");
  EXPECT_TRUE(answer.there() && answer.get());
}

TEST_F(credentials_in_use_test, gives_a_grant_up_for_good) {
  (void)want();
  answer_ok("access-1", "refresh-1");
  auto gone = ask<grant_revoked>(service, revoke_grant{tenant_id{"acme"}, provider_id{"azure"}, grant_id{"andrea"}});
  ASSERT_TRUE(gone.there() && gone.get());
  EXPECT_FALSE(gone.get()->at_platform);
  EXPECT_NE(gone.get()->remedy.find("Revoke-MgUserSignInSession"), std::string::npos);
  EXPECT_TRUE(stored().refresh_token().empty());
  EXPECT_TRUE(stored().access_token().empty());
  auto after = want();
  ASSERT_TRUE(after.there());
  EXPECT_EQ(after.get().error().code, errc::grant_dead);
}

TEST_F(credentials_in_use_test, does_not_bring_back_what_was_given_up_while_it_asked) {
  auto answer = want();
  auto gone = ask<grant_revoked>(service, revoke_grant{tenant_id{"acme"}, provider_id{"azure"}, grant_id{"andrea"}});
  ASSERT_TRUE(gone.there() && gone.get());
  answer_ok("access-1", "refresh-1");
  EXPECT_TRUE(stored().refresh_token().empty());
  EXPECT_TRUE(stored().access_token().empty());
  ASSERT_TRUE(answer.there());
  EXPECT_EQ(answer.get().error().code, errc::grant_dead);
  EXPECT_TRUE(http.open.empty()) << "nothing is left to ask with";
}

TEST_F(credentials_in_use_test, does_not_hold_an_old_answer_against_a_new_sign_in) {
  for (const bool good : {false, true}) {
    auto answer = want(true);
    ASSERT_EQ(http.open.size(), 1U);
    auto grant = stored();
    ASSERT_TRUE(storage::seal_refresh_token(keys, grant, secret<>{"signed-in-again"}));
    commit(storage::put_config(grant, std::nullopt));
    (void)ask<ack>(service, config_changed{config_changed::kind::grant, tenant_id{"acme"}, "andrea"});
    if (good)
      answer_ok("old-access", "old-refresh");
    else
      refuse("50173", "invalid_grant", 400);
    EXPECT_TRUE(failures().empty());
    ASSERT_EQ(http.open.size(), 1U) << good;
    EXPECT_NE(http.body().find("refresh_token=signed-in-again"), std::string::npos) << good;
    answer_ok("access-1", "refresh-1");
    ASSERT_TRUE(answer.there() && answer.get());
    EXPECT_EQ(answer.get()->value.expose(), "access-1");
    pass(1min); // a token younger than half a minute is not replaced
  }
}

} // namespace
} // namespace postroom::provider
