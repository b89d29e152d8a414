#include "sim/identity/platform.hpp"

#include "tests/sim/identity/platform_fixture.hpp"

namespace postroom::sim {
namespace {

using namespace std::chrono_literals;

TEST_F(platform_test, what_is_not_its_own_is_not_there) {
  for (const std::string target :
       {"/", "", "*", "/nothing", "/common/oauth2/v1/token", "//oauth2/v2.0", "/common/", "https://login.test/common"})
    EXPECT_EQ(get(target).result_int(), 404U) << target;
  EXPECT_EQ(post("/oauth2/v3/certs", {}).result_int(), 404U);
}

TEST_F(platform_test, counts_token_requests) {
  (void)token({});
  (void)post("/token", {});
  (void)get("/common/discovery/v2.0/keys");
  EXPECT_EQ(platform.token_requests(), 2U);
}

TEST_F(platform_test, serves_the_pages) {
  const auto page = get(std::string{"/common/oauth2/v2.0/authorize?client_id="} + client_id +
                        "&response_type=code&redirect_uri=" + encoded(redirect) + "&scope=openid");
  EXPECT_EQ(page.result_int(), 200U);
  EXPECT_NE(page.body().find("<form"), std::string::npos);
}

TEST_F(platform_test, a_sign_in_without_a_browser_is_a_whole_one) {
  dora().mfa_required = true;
  contoso->principals.clear();
  const auto refresh_token = sign_in(services, client_id, upn, mail_scopes(service::microsoft)).expose();
  EXPECT_FALSE(principal().object_id.empty());
  EXPECT_EQ(principal().user_scopes.at("dora@contoso.test").size(), 3U);
  EXPECT_EQ(verdict(token(refresh_form(refresh_token))), "200");
  EXPECT_TRUE(sign_in(services, client_id, "nobody@contoso.test", {}).empty());
  EXPECT_TRUE(sign_in(services, client_id, "nobody@elsewhere.test", {}).empty());
}

TEST_F(platform_test, mail_scopes_are_the_services) {
  EXPECT_EQ(mail_scopes(service::microsoft), (std::vector<std::string>{imap_scope, smtp_scope, "offline_access"}));
  EXPECT_EQ(mail_scopes(service::generic), mail_scopes(service::microsoft));
  EXPECT_EQ(mail_scopes(service::google), (std::vector<std::string>{"https://mail.google.com/", "offline_access"}));
}

} // namespace
} // namespace postroom::sim
