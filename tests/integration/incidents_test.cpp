#include "tests/integration/support/outgoing.hpp"
#include "tests/integration/support/stand_in_office.hpp"
#include "tests/integration/support/web_person.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

/// What goes wrong with tokens is told once, however many mailboxes it meets. Tokens live for eight seconds here:
/// sessions end and tokens are replaced while the test looks on.
namespace postroom::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class incidents_test : public testing::Test {
protected:
  void start(std::size_t delegates, std::size_t mailboxes) {
    office = std::make_unique<stand_in_office>([&](sim::scenario& plan) {
      plan.tenants.front().delegates = delegates;
      plan.tenants.front().mailboxes = mailboxes;
      plan.access_token_life = 8s;
    });
    for (const auto& each : office->servers().mailboxes())
      accounts.push_back(account_of(each));
    office->enter_customer();
    ASSERT_TRUE(office->await_idle(accounts));
  }
  /// Of this type, once everybody has met the fault: none is told a second time meanwhile.
  std::vector<received_event> told(std::string_view type, std::chrono::seconds watched) {
    EXPECT_TRUE(office->await_event(type, 20s));
    static_cast<void>(wait_until([&] { return office->events(type).size() > 1; }, watched));
    return office->events(type);
  }
  /// The last session has ended with its token.
  static constexpr auto until_all_have_met_it = 6s;
  static constexpr auto until_all_are_back = 2s;
  static std::size_t concerned(const received_event& what) {
    return what.data.at("accounts_count").to_number<std::size_t>();
  }

  std::unique_ptr<stand_in_office> office;
  std::vector<std::string> accounts;
};

TEST_F(incidents_test, one_for_a_broken_application) {
  ASSERT_NO_FATAL_FAILURE(start(1, 20));
  const auto& client = office->facts().client_id;
  office->expire_secrets(client);
  const auto broken = told("account.auth_error", until_all_have_met_it);
  ASSERT_THAT(broken, SizeIs(1));
  EXPECT_EQ(broken[0].text("subject"), "provider");
  EXPECT_EQ(broken[0].text("provider"), "app-1");
  EXPECT_EQ(broken[0].text("cause"), "AADSTS7000222");
  EXPECT_EQ(broken[0].text("who_acts"), "operator");
  EXPECT_EQ(concerned(broken[0]), 20U);

  office->ask("POST", "/v1/providers/app-1/client-secret", {{"client_secret", office->new_secret(client)}});
  const auto repaired = told("account.auth_recovered", until_all_are_back);
  ASSERT_THAT(repaired, SizeIs(1));
  EXPECT_EQ(concerned(repaired[0]), 20U);
  EXPECT_TRUE(office->await_idle(accounts));
  EXPECT_THAT(office->events("account.auth_error"), SizeIs(1));
  EXPECT_THAT(office->events("grant.revoked"), IsEmpty());
}

TEST_F(incidents_test, one_for_a_revoked_person) {
  ASSERT_NO_FATAL_FAILURE(start(2, 6));
  const auto& dora = office->facts().delegates.at(0);
  const auto& emil = office->facts().delegates.at(1);
  office->servers().revoke_grants(dora.upn);
  const auto revoked = told("grant.revoked", until_all_have_met_it);
  ASSERT_THAT(revoked, SizeIs(1));
  const auto grant = revoked[0].text("grant");
  EXPECT_EQ(revoked[0].text("delegate"), dora.upn);
  EXPECT_EQ(revoked[0].text("cause"), "AADSTS50173");
  EXPECT_EQ(concerned(revoked[0]), 3U);
  EXPECT_THAT(office->events("account.auth_error"), IsEmpty());
  for (const auto& each : emil.mailboxes)
    EXPECT_TRUE(office->await_idle({account_of(each)})) << "of somebody else";

  const auto begun = office->ask("POST", "/v1/providers/app-1/authenticate", {{"grant", grant}});
  web_person person;
  person.begin(text_of(begun, "url"));
  person.sign_in(dora.upn, dora.password.expose());
  EXPECT_THAT(person.page(), HasSubstr(dora.upn));
  EXPECT_TRUE(office->await_idle(accounts));
  EXPECT_THAT(told("account.auth_recovered", until_all_are_back), SizeIs(1));
  EXPECT_THAT(office->events("grant.revoked"), SizeIs(1));
}

} // namespace
} // namespace postroom::test
