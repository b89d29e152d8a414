#include "tests/integration/support/outgoing.hpp"
#include "tests/integration/support/stand_in_office.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>

/// Client Secret Update while mailboxes run: tokens live for 16 s here, so that each is replaced after eight.
namespace postroom::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class secret_update_test : public testing::Test {
protected:
  secret_update_test()
      : office([](sim::scenario& plan) {
          plan.tenants.front().mailboxes = 3;
          plan.access_token_life = 16s;
        }) {
    for (const auto& each : office.servers().mailboxes())
      accounts.push_back(account_of(each));
  }

  void start() {
    office.enter_customer();
    ASSERT_TRUE(office.await_idle(accounts));
  }
  void update(const std::string& secret) {
    const auto shown = office.ask("POST", "/v1/providers/app-1/client-secret", {{"client_secret", secret}});
    EXPECT_THAT(boost::json::serialize(shown), Not(HasSubstr(secret)));
  }
  [[nodiscard]] std::string in_use() { return text_of(office.get("/v1/providers/app-1/status"), "secret_in_use"); }
  /// Whether a mailbox is seen with an error, or away for longer than it takes to move to another session, which it
  /// does for each new token.
  bool anybody_disturbed(std::chrono::seconds watched) {
    std::map<std::string, std::chrono::steady_clock::time_point> seen_idle;
    const auto disturbed = [&](const std::string& account) {
      const auto now = std::chrono::steady_clock::now();
      const auto status = office.get("/v1/accounts/" + account + "/status");
      const auto last = seen_idle.try_emplace(account, now).first;
      if (text_of(status, "state") == "idle")
        last->second = now;
      const bool bad = status.at("last_error").is_object() || now - last->second > 2s;
      if (bad)
        std::cerr << account << ": " << boost::json::serialize(status) << "\n";
      return bad;
    };
    return wait_until([&] { return std::ranges::any_of(accounts, disturbed); }, watched);
  }

  stand_in_office office;
  std::vector<std::string> accounts;
};

TEST_F(secret_update_test, is_noticed_by_no_mailbox) {
  ASSERT_NO_FATAL_FAILURE(start());
  const auto& client = office.facts().client_id;
  const auto old = office.secrets_of(client);
  const auto connects = office.servers().stats().connects;
  update(office.new_secret(client));
  for (const auto& each : old)
    office.expire_secret(client, each);
  const auto before = office.servers().stats().token_requests;
  EXPECT_FALSE(anybody_disturbed(1s)); // two seconds after the first token they ask for the next, and move to it
  EXPECT_EQ(office.servers().stats().connects, connects) << "sessions end for a new secret";
  EXPECT_FALSE(anybody_disturbed(18s));
  EXPECT_GE(office.servers().stats().token_requests, before + 2) << "refreshes with the new secret";
  EXPECT_EQ(in_use(), "current");
  EXPECT_THAT(office.output(), Not(HasSubstr("provider.refresh_failed")));
  EXPECT_THAT(office.events("account.auth_error"), IsEmpty());
}

TEST_F(secret_update_test, falls_back_to_the_old_one_when_the_new_one_is_wrong) {
  ASSERT_NO_FATAL_FAILURE(start());
  const auto before = office.servers().stats().token_requests;
  update("sim~this-one-was-mistyped-by-somebody");
  EXPECT_FALSE(anybody_disturbed(10s));
  EXPECT_GE(office.servers().stats().token_requests, before + 2) << "one with each secret";
  EXPECT_EQ(in_use(), "previous");
  EXPECT_THAT(office.output(), AllOf(HasSubstr("provider.credential_refused"), HasSubstr("AADSTS7000215")));
  EXPECT_THAT(office.output(), Not(HasSubstr("provider.refresh_failed")));
  EXPECT_THAT(office.events("account.auth_error"), IsEmpty());
}

} // namespace
} // namespace postroom::test
