#include "storage/account_lint.hpp"
#include "storage/grant_search.hpp"
#include "storage/object_schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::storage {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Matcher;

/// A shared mailbox as the manual's example has it, whose delegate has signed in.
struct account_lint : testing::Test {
  account_lint() {
    provider.set_id("azure");
    provider.set_service("microsoft_azure");
    set_defaults(provider);
    grant.set_id("andrea");
    grant.set_provider("azure");
    grant.set_kind("refresh_token");
    grant.set_delegate("andrea@contoso.example");
    grant.set_refresh_token("sealed");
    account.set_id("developers");
    account.set_name("Developers");
    account.set_email("developers@contoso.example");
    account.set_username("developers@contoso.example");
    account.set_provider("azure");
    account.set_delegate("Andrea@contoso.example");
    set_initial(account);
    set_defaults(account, &provider);
  }
  [[nodiscard]] lint_warnings found() const { return lint(account, {&provider, signed_in ? &grant : nullptr, {}, {}}); }
  static Matcher<lint_warning> about(const char* field, const char* words) {
    return AllOf(Field(&lint_warning::field, field), Field(&lint_warning::problem, HasSubstr(words)));
  }

  records::Provider provider;
  records::Grant grant;
  records::Account account;
  bool signed_in = true;
};

TEST_F(account_lint, has_nothing_to_say_about_the_manuals_example) {
  EXPECT_THAT(found(), IsEmpty());
}

TEST_F(account_lint, waits_for_the_delegates_sign_in) {
  signed_in = false;
  const auto noticed = found();
  ASSERT_THAT(noticed, ElementsAre(about("delegate", "no sign-in of andrea@contoso.example at azure")));
  EXPECT_THAT(noticed[0].remedy, HasSubstr("/v1/providers/azure/authenticate"));
  account.clear_delegate();
  EXPECT_THAT(found(), ElementsAre(about("email", "no sign-in of developers@contoso.example at azure")));
}

TEST_F(account_lint, sees_that_a_sign_in_is_of_no_use) {
  grant.set_revoked_ms(1);
  EXPECT_THAT(found(), ElementsAre(about("delegate", "was given up")));
  account.set_grant("andrea");
  EXPECT_THAT(found(), ElementsAre(about("grant", "was given up")));
  grant.clear_revoked_ms();
  grant.clear_refresh_token();
  EXPECT_THAT(found(), ElementsAre(about("grant", "no refresh token")));
  grant.set_kind("client_credentials");
  grant.clear_delegate();
  EXPECT_THAT(found(), IsEmpty()) << "an application has none";
}

TEST_F(account_lint, wants_a_person_as_delegate) {
  account.set_delegate("DEVELOPERS@contoso.example");
  EXPECT_THAT(found(), ElementsAre(about("delegate", "is the mailbox's own address")));
}

TEST_F(account_lint, compares_delegate_and_grant) {
  account.set_grant("andrea");
  EXPECT_THAT(found(), IsEmpty());
  account.set_delegate("bea@contoso.example");
  EXPECT_THAT(found(), ElementsAre(about("delegate", "that is andrea@contoso.example")));
}

TEST_F(account_lint, notes_login_names_that_differ) {
  account.set_username("dev@contoso.example");
  EXPECT_THAT(found(), ElementsAre(about("username", "differs from email")));
  account.clear_username();
  EXPECT_THAT(found(), IsEmpty());
  account.set_upn("developers");
  EXPECT_THAT(found(), ElementsAre(about("upn", "is not a login name")));
}

TEST_F(account_lint, tells_that_passwords_need_no_delegate) {
  provider.set_service("password");
  EXPECT_THAT(found(), ElementsAre(about("delegate", "has no meaning")));
  account.clear_delegate();
  signed_in = false;
  EXPECT_THAT(found(), IsEmpty()) << "nobody signs in there";
}

TEST_F(account_lint, compares_transport_and_purposes) {
  provider.set_purposes("contacts graph_read");
  EXPECT_THAT(found(), IsEmpty());
  account.set_transport("imap_smtp");
  EXPECT_THAT(found(), ElementsAre(about("transport", "lack imap")));
}

TEST_F(account_lint, tells_of_doubles) {
  EXPECT_THAT(lint(account, {&provider, &grant, "sales", "old"}),
              ElementsAre(about("key", "of the account sales"), about("email", "by the account old")));
}

TEST_F(account_lint, needs_no_provider) {
  EXPECT_THAT(lint(account, {}), IsEmpty());
}

TEST(grant_search, finds_by_id_by_person_and_for_the_application) {
  const auto made = [](const char* id, const char* delegate, std::int64_t signed_in, std::int64_t revoked = 0) {
    records::Grant g;
    g.set_id(id);
    g.set_provider("azure");
    g.set_kind("refresh_token");
    g.set_delegate(delegate);
    g.set_refresh_token("sealed");
    g.set_access_token("sealed");
    g.set_signed_in_ms(signed_in);
    g.set_revoked_ms(revoked);
    return g;
  };
  grant_search grants;
  EXPECT_TRUE(grants.empty());
  grants.add(made("old", "Andrea@contoso.example", 1));
  grants.add(made("new", "andrea@contoso.example", 2));
  grants.add(made("gone", "andrea@CONTOSO.example", 3, 4));
  records::Account account;
  account.set_provider("azure");
  account.set_delegate("ANDREA@contoso.example");
  ASSERT_TRUE(grants.of(account));
  EXPECT_EQ(grants.of(account)->id(), "new");
  EXPECT_EQ(grants.of(account)->access_token(), "") << "no token is copied";
  EXPECT_NE(grants.of(account)->refresh_token(), "sealed");
  account.set_grant("old");
  EXPECT_EQ(grants.of(account)->id(), "old");
  account.set_grant("nothing");
  EXPECT_FALSE(grants.of(account));
  account.clear_grant();
  account.set_delegate("bea@contoso.example");
  EXPECT_FALSE(grants.of(account));
  auto app = made("app", "", 0);
  app.set_kind("client_credentials");
  grants.add(app);
  EXPECT_FALSE(grants.of(account)) << "a delegate is not replaced";
  account.clear_delegate();
  account.set_email("support@contoso.example");
  EXPECT_EQ(grants.of(account)->id(), "app");
  grants.add(made("own", "Support@contoso.example", 1));
  EXPECT_EQ(grants.of(account)->id(), "own");
  account.set_provider("google");
  EXPECT_FALSE(grants.of(account)) << "another provider's";
}

} // namespace
} // namespace postroom::storage
