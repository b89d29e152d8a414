#include "storage/secrets.hpp"
#include "tests/api/support/object_checks.hpp"

#include <gmock/gmock.h>

namespace postroom::api::test {
namespace {

using testing::Contains;
using testing::StartsWith;

const std::string collection = "/v1/tenants/acme/grants";

class grants_api : public running_api {
protected:
  void SetUp() override {
    running_api::SetUp();
    make_tenant("acme");
    make_provider("acme", "azure");
    admin.emplace(as(scope::admin));
    ASSERT_EQ(admin
                  ->post("/v1/tenants/acme/providers",
                         {{"id", "dovecot"}, {"name", "Dovecot"}, {"service", "password"}, {"imap_host", "localhost"}})
                  .status,
              201U);
  }

  static boost::json::object fields() {
    return {{"id", "andrea"},
            {"provider", "azure"},
            {"kind", "refresh_token"},
            {"delegate", "andrea@contoso.example"},
            {"refresh_token", secret_mark + "-refresh"}};
  }
  static boost::json::object password_fields() {
    return {{"id", "andrea"}, {"provider", "dovecot"}, {"kind", "password"}, {"password", secret_mark + "-password"}};
  }
  object_sample sample() { return {storage::object_kind::grant, collection, fields(), *admin}; }
  records::Grant in_store() {
    return stored<records::Grant>(storage::keys::grant(tenant_id{"acme"}, grant_id{"andrea"}));
  }

  std::optional<client> admin;
};

TEST_F(grants_api, round_trips_every_field) {
  expect_round_trip(sample());
  const auto shown = admin->get(collection + "/andrea").json();
  EXPECT_EQ(shown.at("has_refresh_token"), true);
  EXPECT_EQ(shown.at("has_password"), false);
  EXPECT_EQ(shown.at("has_access_token"), false);
  expect_null_resets(sample(), "delegate", "");
  expect_null_resets(sample(), "kind", "refresh_token");
}

TEST_F(grants_api, round_trips_a_password) {
  const auto made = admin->post(collection, password_fields());
  ASSERT_EQ(made.status, 201U) << made.body;
  EXPECT_EQ(made.json().at("has_password"), true);
  EXPECT_EQ(made.json().at("has_refresh_token"), false);
  EXPECT_EQ(storage::open_refresh_token(keys, in_store()).value().expose(), secret_mark + "-password");
  EXPECT_EQ(in_store().imported_fingerprint(), "") << "a password's hash helps to guess it";
}

TEST_F(grants_api, refuses_what_is_not_a_grant) {
  expect_wrong_types_refused(sample());
  expect_required_fields(sample());
  expect_bad_texts_refused(sample());
  expect_typo_explained(sample(), "refresh_tokn", "refresh_token");
  EXPECT_THAT(errors_of(admin->post(collection, with(fields(), "delegate", "andrea"))),
              Contains("delegate: is not an email address"));
  EXPECT_THAT(errors_of(admin->post(collection, without(fields(), "refresh_token"))),
              Contains(StartsWith("refresh_token: is required")));
  EXPECT_THAT(errors_of(admin->post(collection, with(fields(), "password", secret_mark.c_str()))),
              Contains(StartsWith("password: has a meaning")));
}

TEST_F(grants_api, refers_to_a_provider_that_exists_and_fits) {
  EXPECT_THAT(errors_of(admin->post(collection, with(fields(), "provider", "nothing"))),
              Contains("provider: there is no provider 'nothing'"));
  EXPECT_THAT(errors_of(admin->post(collection, with(fields(), "provider", "dovecot"))),
              Contains(StartsWith("kind: does not fit")));
}

TEST_F(grants_api, guards_changes_by_revision) {
  ASSERT_EQ(admin->post(collection, fields()).status, 201U);
  expect_revisions_guarded(sample());
}

TEST_F(grants_api, seals_the_refresh_token) {
  ASSERT_EQ(admin->post(collection, fields()).status, 201U);
  EXPECT_EQ(in_store().SerializeAsString().find(secret_mark), std::string::npos);
  EXPECT_EQ(storage::open_refresh_token(keys, in_store()).value().expose(), secret_mark + "-refresh");
}

TEST_F(grants_api, forgets_the_old_access_token_with_a_new_sign_in_only) {
  ASSERT_EQ(admin->post(collection, fields()).status, 201U);
  auto record = in_store();
  ASSERT_TRUE(storage::seal_access_token(keys, record, secret<>{secret_mark + "-access"}));
  record.set_access_token_expires_ms(4'000'000'000'000);
  record.set_granted_scope("IMAP");
  commit({storage::put_config(record, {})});
  const auto kept = admin->patch(collection + "/andrea", {{"delegate", "bea@contoso.example"}}, "*").json();
  EXPECT_EQ(kept.at("has_access_token"), true);
  EXPECT_EQ(kept.at("access_token_expires"), "2096-10-02T07:06:40.000Z");
  const auto anew = admin->patch(collection + "/andrea", {{"refresh_token", secret_mark + "-2"}}, "*").json();
  EXPECT_EQ(anew.at("has_access_token"), false);
  EXPECT_TRUE(anew.at("access_token_expires").is_null());
  EXPECT_EQ(anew.at("granted_scope"), "");
}

TEST_F(grants_api, never_takes_a_token_for_a_password_when_the_kind_changes) {
  ASSERT_EQ(admin->post(collection, fields()).status, 201U);
  const auto refused = admin->patch(collection + "/andrea", {{"kind", "password"}, {"provider", "dovecot"}}, "*");
  EXPECT_EQ(refused.status, 400U) << refused.body;
  EXPECT_THAT(errors_of(refused), Contains(StartsWith("password: is required")));
}

TEST_F(grants_api, stays_while_an_account_uses_it) {
  make_grant("acme", "andrea", "azure");
  make_account("acme", "support", "azure");
  ASSERT_EQ(admin->patch("/v1/tenants/acme/accounts/support", {{"grant", "andrea"}}, "*").status, 200U);
  const auto refused = admin->remove(collection + "/andrea", "*");
  EXPECT_EQ(refused.status, 409U);
  EXPECT_THAT(refused.body, testing::HasSubstr("account 'support'"));
}

} // namespace
} // namespace postroom::api::test
