#include "sim/identity/admin_consent.hpp"

#include "tests/sim/identity/test_browser.hpp"

#include <gmock/gmock.h>

namespace postroom::sim {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

class admin_consent_test : public sign_in_fixture {
protected:
  static std::string url(const std::string& path, form_fields changes = {}) {
    form_fields fields{{"client_id", "app-1"}, {"redirect_uri", std::string{callback}}, {"state", "a&b"}};
    for (const auto& [name, value] : changes)
      fields[name] = value;
    return path + "?" + test_browser::query(fields);
  }
  static constexpr const char* exchange = "https://outlook.office365.com/.default";

  test_browser browser{pages};
};

TEST_F(admin_consent_test, grants_application_permissions) {
  browser.get(url("/organizations/v2.0/adminconsent", {{"scope", exchange}}));
  browser.sign_in("ada@contoso.test");
  EXPECT_TRUE(browser.shows("Access mailboxes by IMAP") && browser.shows("for everyone in Contoso"));
  EXPECT_FALSE(browser.shows("Mail.ReadWrite")) << "another resource's";
  EXPECT_TRUE(principal().roles.empty());
  EXPECT_EQ(browser.submit({{"action", "accept"}}), 302U);
  EXPECT_EQ(browser.location(), std::string{callback} +
                                    "&admin_consent=True&tenant=tenant-1&scope=https%3A%2F%2Foutlook.office365.com%2F"
                                    ".default&state=a%26b");
  EXPECT_THAT(principal().roles, ElementsAre("IMAP.AccessAsApp", "SMTP.SendAsApp"));
  EXPECT_TRUE(fabrikam.principals.empty());
}

TEST_F(admin_consent_test, grants_delegated_permissions_for_everyone) {
  browser.get(url("/contoso.test/v2.0/adminconsent", {{"scope", std::string{mail} + " Mail.Send"}}));
  browser.sign_in("ada@contoso.test");
  browser.submit({{"action", "accept"}});
  EXPECT_EQ(browser.returned("admin_consent"), "True");
  EXPECT_TRUE(principal().scopes.contains(std::string{mail}) && principal().scopes.contains("Mail.Send"));
  EXPECT_TRUE(principal().roles.empty());
}

TEST_F(admin_consent_test, grants_in_version_1_what_is_registered) {
  browser.get(url("/tenant-1/adminconsent"));
  browser.sign_in("ada@contoso.test");
  browser.submit({{"action", "accept"}});
  EXPECT_EQ(browser.location(), std::string{callback} + "&admin_consent=True&tenant=tenant-1&state=a%26b");
  EXPECT_EQ(principal().roles, people.find_application("app-1")->roles);
}

TEST_F(admin_consent_test, is_for_administrators_only) {
  browser.get(url("/organizations/v2.0/adminconsent", {{"scope", exchange}}));
  browser.sign_in("dora@contoso.test");
  EXPECT_TRUE(browser.shows("AADSTS90094"));
  browser.submit({{"step", "admin_consent"}, {"action", "accept"}});
  EXPECT_TRUE(principal().roles.empty()) << "a forged step is none";
  browser.submit({{"action", "cancel"}});
  EXPECT_EQ(browser.returned("error"), "consent_required");
}

TEST_F(admin_consent_test, reports_a_refusal) {
  browser.get(url("/organizations/v2.0/adminconsent", {{"scope", exchange}}));
  browser.sign_in("ada@contoso.test");
  browser.submit({{"action", "cancel"}});
  EXPECT_EQ(browser.returned("error"), "consent_required");
  EXPECT_THAT(browser.returned("error_description"), StartsWith("AADSTS65004"));
  EXPECT_EQ(browser.returned("state"), "a&b");
  browser.get(url("/contoso.test/adminconsent"));
  browser.submit({{"action", "cancel"}});
  EXPECT_EQ(browser.returned("error"), "permission_denied");
  EXPECT_TRUE(principal().roles.empty());
}

TEST_F(admin_consent_test, checks_the_request) {
  const auto shows = [&](const std::string& target, std::string_view code) {
    browser.get(target);
    return browser.location().empty() && browser.shows(code);
  };
  EXPECT_TRUE(shows(url("/common/v2.0/adminconsent", {{"scope", exchange}}), "AADSTS90130"));
  EXPECT_TRUE(shows(url("/nowhere/v2.0/adminconsent", {{"scope", exchange}}), "AADSTS90002"));
  EXPECT_TRUE(shows(url("/contoso.test/adminconsent", {{"client_id", "x"}}), "AADSTS700016"));
  EXPECT_TRUE(shows(url("/contoso.test/adminconsent", {{"redirect_uri", "https://evil.test"}}), "AADSTS50011"));
  browser.get(url("/contoso.test/v2.0/adminconsent"));
  EXPECT_EQ(browser.returned("error"), "invalid_request");
  browser.get(url("/contoso.test/v2.0/adminconsent", {{"scope", std::string{exchange} + " Mail.Send"}}));
  EXPECT_EQ(browser.returned("error"), "invalid_scope");
  browser.get(url("/fabrikam.test/v2.0/adminconsent", {{"scope", exchange}}));
  browser.sign_in("ada@contoso.test");
  EXPECT_TRUE(browser.shows("AADSTS50020"));
}

} // namespace
} // namespace postroom::sim
