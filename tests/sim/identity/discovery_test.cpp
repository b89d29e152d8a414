#include "sim/identity/discovery.hpp"

#include "tests/sim/identity/platform_fixture.hpp"

namespace postroom::sim {
namespace {

class discovery_test : public platform_test {
protected:
  http_response discover(const std::string& tenant) {
    return get("/" + tenant + "/v2.0/.well-known/openid-configuration");
  }
};

TEST_F(discovery_test, finds_a_tenant_by_id_and_by_domain) {
  const auto base = std::string{"https://login.test/"} + tenant_id;
  for (const auto* const name : {tenant_id, "contoso.test", "CONTOSO.TEST"}) {
    const auto answer = discover(name);
    EXPECT_EQ(member(answer, "issuer"), base + "/v2.0");
    EXPECT_EQ(member(answer, "token_endpoint"), base + "/oauth2/v2.0/token");
    EXPECT_EQ(member(answer, "authorization_endpoint"), base + "/oauth2/v2.0/authorize");
    EXPECT_EQ(member(answer, "device_authorization_endpoint"), base + "/oauth2/v2.0/devicecode");
    EXPECT_EQ(member(answer, "jwks_uri"), base + "/discovery/v2.0/keys");
    EXPECT_EQ(member(answer, "msgraph_host"), "login.test");
  }
}

TEST_F(discovery_test, the_issuer_of_all_tenants_is_a_template) {
  for (const std::string name : {"organizations", "common"}) {
    const auto answer = discover(name);
    EXPECT_EQ(member(answer, "issuer"), "https://login.test/{tenantid}/v2.0");
    EXPECT_EQ(member(answer, "token_endpoint"), "https://login.test/" + name + "/oauth2/v2.0/token");
  }
}

TEST_F(discovery_test, unknown_tenants_are_refused) {
  EXPECT_EQ(verdict(discover("elsewhere.test")), "400 invalid_tenant 90002");
  EXPECT_EQ(verdict(discover("shop.test")), "400 invalid_tenant 90002");
  EXPECT_EQ(verdict(get("/elsewhere.test/discovery/v2.0/keys")), "400 invalid_tenant 90002");
}

TEST_F(discovery_test, keys_follow_the_rotation) {
  const auto count = [&](const std::string& tenant) {
    return json(get("/" + tenant + "/discovery/v2.0/keys")).at("keys").as_array().size();
  };
  EXPECT_EQ(count(tenant_id), 1U);
  tokens.rotate_keys();
  EXPECT_EQ(count("common"), 2U);
  tokens.retire_old_keys();
  EXPECT_EQ(count("contoso.test"), 1U);
}

} // namespace
} // namespace postroom::sim
