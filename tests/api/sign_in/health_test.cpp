#include "tests/api/support/sign_in_api.hpp"

#include "storage/directory.hpp"

#include <gmock/gmock.h>

namespace postroom::api::test {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

class grant_health_api : public sign_in_api {
protected:
  void SetUp() override {
    sign_in_api::SetUp();
    make_grant("acme", "andrea", "azure");
  }
  /// As the provider stores a sign-in.
  void sign_in() {
    const auto key = storage::keys::grant(tenant_id{"acme"}, grant_id{"andrea"});
    auto record = stored<records::Grant>(key);
    record.set_upn("andrea@contoso.example");
    record.set_display_name("Andrea Rossi");
    record.set_directory_id("9f1c0000-0000-4000-8000-000000000001");
    record.set_signed_in_ms(time.now().time_since_epoch().count());
    record.set_refreshed_ms(time.now().time_since_epoch().count());
    record.set_consented_scope("openid SMTP.Send");
    commit({storage::put_of(key, record)});
  }
};

TEST_F(grant_health_api, tells_who_signed_in_and_until_when) {
  sign_in();
  script->status = [this](const ask_provider& of) -> result<provider_status> {
    provider_status status;
    status.provider = of.provider.str();
    grant_status one;
    one.grant = "andrea";
    one.delegate = "andrea@contoso.example";
    one.failure = fail(errc::grant_dead, "AADSTS700082");
    one.failure->cause = "AADSTS700082";
    one.failing_since = time.now();
    one.accounts = {"support"};
    status.grants.push_back(one);
    return status;
  };
  const auto shown = admin->get("/v1/tenants/acme/grants/andrea/status").json();
  EXPECT_EQ(shown.at("upn"), "andrea@contoso.example");
  EXPECT_EQ(shown.at("signed_in").as_string(), to_rfc3339(time.now()));
  EXPECT_EQ(shown.at("expires_when_idle").as_string(), to_rfc3339(time.now() + 24h * 90));
  EXPECT_EQ(shown.at("failure").at("cause"), "AADSTS700082");
  EXPECT_FALSE(shown.at("failure").at("remedy").as_string().empty());
  EXPECT_EQ(shown.at("accounts"), (boost::json::array{"support"}));
  EXPECT_TRUE(shown.at("revoked").is_null());
  const auto all = admin->get(providers + "/azure/status").json();
  EXPECT_EQ(all.at("provider"), "azure");
  EXPECT_EQ(all.at("grants").at(0).at("grant"), "andrea");
}

TEST_F(grant_health_api, shows_the_person_with_the_grant) {
  sign_in();
  const auto shown = admin->get("/v1/tenants/acme/grants/andrea").json();
  EXPECT_EQ(shown.at("display_name"), "Andrea Rossi");
  EXPECT_EQ(shown.at("consented_scope"), "openid SMTP.Send");
  EXPECT_EQ(shown.at("signed_in").as_string(), to_rfc3339(time.now()));
  const auto replaced =
      admin->patch("/v1/tenants/acme/grants/andrea", {{"refresh_token", secret_mark + "-other"}}, "*").json();
  EXPECT_EQ(replaced.at("display_name"), "") << "whose token that is, nobody has told";
  EXPECT_TRUE(replaced.at("signed_in").is_null());
}

TEST_F(grant_health_api, knows_what_is_stored_when_the_provider_does_not_run) {
  const auto shown = admin->get("/v1/tenants/acme/grants/andrea/status");
  ASSERT_EQ(shown.status, 200U) << shown.body;
  EXPECT_EQ(shown.json().at("delegate"), "andrea@contoso.example");
  EXPECT_TRUE(shown.json().at("expires_when_idle").is_null());
  EXPECT_EQ(admin->get(providers + "/azure/status").status, 404U);
  EXPECT_EQ(admin->get("/v1/tenants/acme/grants/nobody/status").status, 404U);
}

TEST_F(grant_health_api, lays_a_fault_of_the_application_to_its_grants) {
  script->status = [](const ask_provider&) -> result<provider_status> {
    provider_status status;
    status.failure = fail(errc::app_misconfigured, "secret expired");
    return status;
  };
  EXPECT_EQ(admin->get("/v1/tenants/acme/grants/andrea/status").json().at("failure").at("code"), "app_misconfigured");
}

TEST_F(grant_health_api, gives_a_grant_up) {
  script->revoke = [](const revoke_grant& wish) -> result<grant_revoked> {
    EXPECT_EQ(wish.provider, provider_id{"azure"});
    EXPECT_EQ(wish.grant, grant_id{"andrea"});
    return grant_revoked{false, "An administrator revokes the sessions."};
  };
  const auto path = "/v1/tenants/acme/grants/andrea/revoke";
  const auto done = admin->send({"POST", path, {}, {}});
  ASSERT_EQ(done.status, 200U) << done.body;
  EXPECT_EQ(done.json().at("at_platform"), false);
  EXPECT_THAT(std::string{done.json().at("remedy").as_string()}, HasSubstr("administrator"));
  EXPECT_EQ(as(scope::write).send({"POST", path, {}, {}}).status, 403U);
  EXPECT_EQ(admin->send({"POST", "/v1/tenants/acme/grants/nobody/revoke", {}, {}}).status, 404U);
}

} // namespace
} // namespace postroom::api::test
