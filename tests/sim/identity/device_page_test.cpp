#include "sim/identity/device_page.hpp"

#include "tests/sim/identity/test_browser.hpp"

#include <gmock/gmock.h>

namespace postroom::sim {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

class device_page_test : public sign_in_fixture {
protected:
  device_request& start(const std::string& tenant = "organizations") {
    return grants.start_device("app-1", tenant, {std::string{mail}, "offline_access"});
  }
  /// To the question whether it is meant.
  void enter(const device_request& device, const std::string& upn) {
    browser.get("/devicelogin");
    browser.submit({{"user-code", device.user_code}});
    browser.sign_in(upn);
  }

  test_browser browser{pages};
};

TEST_F(device_page_test, approves_a_device) {
  auto& device = start();
  browser.get("/devicelogin");
  EXPECT_TRUE(browser.has("user-code"));
  browser.submit({{"user-code", device.user_code}});
  browser.sign_in("dora@contoso.test");
  EXPECT_TRUE(browser.shows("Are you trying to sign in to Mail &lt;Gateway&gt;?"));
  EXPECT_EQ(device.state, device_state::pending);
  browser.submit({{"action", "accept"}});
  EXPECT_TRUE(browser.shows("Read and write access to your mail")) << "consent";
  browser.submit({{"action", "accept"}});
  EXPECT_TRUE(browser.has("done") && browser.shows("data-result=\"done\""));
  EXPECT_EQ(device.state, device_state::approved);
  EXPECT_EQ(device.granted.upn, "dora@contoso.test");
  EXPECT_EQ(device.granted.tenant_id, "tenant-1");
  EXPECT_EQ(device.granted.client_id, "app-1");
  EXPECT_EQ(device.granted.signed_in, time.now());
  EXPECT_THAT(device.granted.scopes, ElementsAre(mail, "offline_access"));

  auto& second = start();
  browser.get("/devicelogin?otc=" + second.user_code);
  EXPECT_TRUE(browser.shows("value=\"" + second.user_code + "\""));
  browser.submit({{"user-code", second.user_code}});
  EXPECT_TRUE(browser.has("account-0")) << "is never silent";
  browser.submit({{"account", "0"}});
  browser.submit({{"action", "accept"}});
  EXPECT_EQ(second.state, device_state::approved) << "no second consent";
}

TEST_F(device_page_test, declines_a_device) {
  auto& device = start();
  enter(device, "dora@contoso.test");
  browser.submit({{"action", "cancel"}});
  EXPECT_TRUE(browser.shows("data-result=\"declined\""));
  EXPECT_EQ(device.state, device_state::declined);
  auto& second = start();
  enter(second, "otto@contoso.test");
  browser.submit({{"action", "other"}});
  browser.sign_in("otto@contoso.test");
  browser.submit({{"action", "accept"}});
  browser.submit({{"action", "cancel"}});
  EXPECT_EQ(second.state, device_state::declined) << "at the consent";
}

TEST_F(device_page_test, takes_no_bad_code) {
  browser.get("/devicelogin");
  browser.submit({{"user-code", "<b>NO"}});
  EXPECT_TRUE(browser.shows("That code didn&#39;t work") && browser.shows("&lt;b&gt;NO"));
  auto& device = start();
  enter(device, "dora@contoso.test");
  time.advance(authorizations::device_code_life);
  browser.submit({{"action", "accept"}});
  browser.submit({{"action", "accept"}});
  EXPECT_EQ(device.state, device_state::pending);
  auto& used = start();
  used.state = device_state::approved;
  browser.get("/devicelogin");
  browser.submit({{"user-code", used.user_code}});
  EXPECT_TRUE(browser.has("user-code"));
  browser.submit({{"step", "confirm_device"}, {"action", "accept"}});
  EXPECT_TRUE(browser.has("user-code")) << "a forged step is none";
}

TEST_F(device_page_test, follows_the_tenant_s_policies) {
  contoso.policies.device_code_allowed = false;
  auto& device = start();
  enter(device, "dora@contoso.test");
  EXPECT_TRUE(browser.shows("AADSTS53003"));
  enter(start("fabrikam.test"), "otto@contoso.test");
  EXPECT_TRUE(browser.has("account-0"));
  browser.submit({{"action", "other"}});
  browser.sign_in("otto@contoso.test");
  EXPECT_TRUE(browser.shows("AADSTS50020"));
  contoso.policies.device_code_allowed = true;
  principal().assignment_required = true;
  enter(device, "dora@contoso.test");
  browser.submit({{"account", "0"}});
  EXPECT_TRUE(browser.shows("AADSTS50105"));
  EXPECT_EQ(device.state, device_state::pending);
}

} // namespace
} // namespace postroom::sim
