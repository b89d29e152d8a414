#include "sim/identity/device_endpoint.hpp"

#include "tests/sim/identity/platform_fixture.hpp"

#include <gmock/gmock.h>

namespace postroom::sim {
namespace {

using testing::HasSubstr;

class device_endpoint_test : public platform_test {
protected:
  http_response start(const std::string& tenant) { return post("/" + tenant + "/oauth2/v2.0/devicecode", form); }
  form_fields form{{"client_id", public_id}, {"scope", "openid offline_access https://outlook.office.com/SMTP.Send"}};
};

TEST_F(device_endpoint_test, tells_both_codes) {
  const auto answer = start(tenant_id);
  ASSERT_EQ(verdict(answer), "200");
  const auto body = json(answer);
  EXPECT_EQ(body.at("expires_in"), 900);
  EXPECT_EQ(body.at("interval"), 5);
  EXPECT_EQ(body.at("verification_uri"), "https://login.test/devicelogin");
  EXPECT_FALSE(body.contains("verification_uri_complete"));
  EXPECT_THAT(member(answer, "message"), HasSubstr(member(answer, "user_code")));
  const auto* const device = grants.find_device(member(answer, "device_code"));
  ASSERT_NE(device, nullptr);
  EXPECT_EQ(device, grants.find_device_by_user_code(member(answer, "user_code")));
  EXPECT_EQ(device->tenant, tenant_id);
  EXPECT_EQ(device->client_id, public_id);
  EXPECT_EQ(device->scopes.size(), 3U);
}

TEST_F(device_endpoint_test, refuses_who_and_what_it_does_not_know) {
  EXPECT_EQ(verdict(start("elsewhere.test")), "400 invalid_tenant 90002");
  EXPECT_EQ(verdict(start("fabrikam.test")), "400 unauthorized_client 700016");
  EXPECT_EQ(verdict(start("common")), "400 invalid_request 50194");
  public_app->multi_tenant = true;
  EXPECT_EQ(verdict(start("organizations")), "200");
  form["scope"] = "https://outlook.office.com/Nothing";
  EXPECT_EQ(verdict(start(tenant_id)), "400 invalid_scope 70011");
  form.erase("scope");
  EXPECT_EQ(verdict(start(tenant_id)), "400 invalid_request 900144");
  form["client_id"] = google_id;
  form["scope"] = "openid";
  EXPECT_EQ(verdict(start("organizations")), "400 unauthorized_client 700016");
  EXPECT_EQ(verdict(get("/common/oauth2/v2.0/devicecode")), "400 invalid_request 900561");
}

TEST_F(device_endpoint_test, has_faults_for_the_application) {
  fault down;
  down.kind = fault_kind::token_down;
  down.names = {public_id};
  ASSERT_TRUE(faults.add(down));
  EXPECT_EQ(start(tenant_id).result_int(), 503U);
}

} // namespace
} // namespace postroom::sim
