#include "storage/secrets.hpp"
#include "tests/api/support/object_checks.hpp"
#include "tests/support/certificate_pems.hpp"

#include <gmock/gmock.h>

namespace postroom::api::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::StartsWith;

const std::string collection = "/v1/tenants/acme/providers";

class providers_api : public running_api {
protected:
  void SetUp() override {
    running_api::SetUp();
    make_tenant("acme");
    admin.emplace(as(scope::admin));
  }

  static boost::json::object fields() {
    return {{"id", "azure"},
            {"name", "Azure"},
            {"service", "microsoft_azure"},
            {"type", "imap"},
            {"application_id", "11111111-2222-3333-4444-555555555555"},
            {"directory_id", "contoso.example"},
            {"client_secret", secret_mark + "-client"},
            {"client_secret_expires", "2027-11-24T02:09:11.000Z"},
            {"redirect_uri", "https://gateway.example/callback"},
            {"token_endpoint", "https://login.example/token"},
            {"scope", "https://outlook.office.com/IMAP.AccessAsUser.All offline_access"},
            {"national_cloud", "china"},
            {"imap_host", "imap.example"},
            {"imap_port", 1993},
            {"imap_security", "starttls"},
            {"sasl", "oauthbearer"},
            {"smtp_host", "smtp.example"},
            {"smtp_port", 1587},
            {"smtp_security", "tls"},
            {"sent_copy", "no"},
            {"messages_per_minute", 70'000},
            {"smtp_connections", 3},
            {"recipients_per_day", 10'000'000},
            {"ca_file", "/etc/postroom/ca.pem"},
            {"purposes", "imap smtp graph_read"},
            {"certificate", postroom::test::rsa_certificate_pem},
            {"certificate_key", postroom::test::rsa_certificate_key_pem},
            {"allowed_directories", "contoso.example fabrikam.example"},
            {"discovery_url", "https://login.example/.well-known/openid-configuration"},
            {"authorization_endpoint", "https://login.example/authorize"},
            {"device_authorization_endpoint", "https://login.example/device"},
            {"revocation_endpoint", "https://login.example/revoke"},
            {"jwks_uri", "https://login.example/keys"},
            {"issuer", "https://login.example"},
            {"graph_endpoint", "https://graph.example"},
            {"proxy", "http://gateway@proxy.example:3128"},
            {"proxy_password", secret_mark + "-proxy"}};
  }
  object_sample sample() { return {storage::object_kind::provider, collection, fields(), *admin}; }
  records::Provider in_store() {
    return stored<records::Provider>(storage::keys::provider(tenant_id{"acme"}, provider_id{"azure"}));
  }
  std::vector<std::string> errors_with(const std::string& name, boost::json::value value) {
    return errors_of(admin->post(collection, with(fields(), name, std::move(value))));
  }

  std::optional<client> admin;
};

TEST_F(providers_api, round_trips_every_field) {
  for (const auto& rule : storage::fields_of(storage::object_kind::provider))
    EXPECT_TRUE(fields().contains(rule.name)) << rule.name << " is missing in the sample";
  expect_round_trip(sample());
  expect_null_resets(sample(), "client_secret_expires", nullptr);
  expect_null_resets(sample(), "imap_port", nullptr);
  expect_null_resets(sample(), "scope", "");
  expect_null_resets(sample(), "sasl", "auto");
  expect_null_resets(sample(), "imap_security", "tls");
  expect_null_resets(sample(), "type", "outlook365");
  expect_null_resets(sample(), "smtp_host", "");
  expect_null_resets(sample(), "smtp_port", nullptr);
  expect_null_resets(sample(), "smtp_security", "starttls");
  expect_null_resets(sample(), "sent_copy", "auto");
  for (const auto* limit : {"messages_per_minute", "smtp_connections", "recipients_per_day"})
    expect_null_resets(sample(), limit, nullptr);
}

TEST_F(providers_api, refuses_what_is_not_a_provider) {
  expect_wrong_types_refused(sample());
  expect_required_fields(sample());
  expect_bad_texts_refused(sample());
  expect_typo_explained(sample(), "aplication_id", "application_id");
  EXPECT_THAT(errors_with("service", "microsoft_azur"), Contains(HasSubstr("did you mean 'microsoft_azure'")));
  EXPECT_THAT(errors_with("redirect_uri", "http://gateway.example/"), Contains(StartsWith("redirect_uri: must be")));
  EXPECT_THAT(errors_with("imap_host", "imap.example:993"), Contains(StartsWith("imap_host: ")));
  EXPECT_THAT(errors_with("imap_security", "plain"), Contains(StartsWith("imap_security: ")));
  EXPECT_THAT(errors_with("smtp_host", "smtp://smtp.example"), Contains(StartsWith("smtp_host: ")));
  EXPECT_THAT(errors_with("smtp_security", "plain"), Contains(StartsWith("smtp_security: may be plain only")));
  EXPECT_THAT(errors_with("directory_id", ""), Contains(StartsWith("directory_id: is required")));
}

TEST_F(providers_api, guards_changes_by_revision) {
  ASSERT_EQ(admin->post(collection, fields()).status, 201U);
  expect_revisions_guarded(sample());
}

TEST_F(providers_api, belongs_to_a_tenant_that_exists) {
  const auto refused = admin->post("/v1/tenants/nowhere/providers", fields());
  EXPECT_EQ(refused.status, 404U);
  EXPECT_EQ(code_of(refused), "not_found");
}

TEST_F(providers_api, seals_the_client_secret) {
  ASSERT_EQ(admin->post(collection, fields()).status, 201U);
  const auto record = in_store();
  EXPECT_THAT(record.client_secret(), testing::Not(HasSubstr(secret_mark)));
  EXPECT_EQ(storage::open_secret(keys, record, "client_secret").value().expose(), secret_mark + "-client");
  EXPECT_EQ(admin->get(collection + "/azure").json().at("has_client_secret"), true);
}

TEST_F(providers_api, keeps_the_secret_through_other_changes_and_drops_it_when_told) {
  ASSERT_EQ(admin->post(collection, fields()).status, 201U);
  ASSERT_EQ(admin->patch(collection + "/azure", {{"name", "Renamed"}}, "*").status, 200U);
  EXPECT_EQ(storage::open_secret(keys, in_store(), "client_secret").value().expose(), secret_mark + "-client");
  const auto dropped = admin->patch(collection + "/azure", {{"client_secret", nullptr}}, "*");
  ASSERT_EQ(dropped.status, 200U) << dropped.body;
  EXPECT_EQ(dropped.json().at("has_client_secret"), false);
  EXPECT_EQ(in_store().client_secret(), "");
}

TEST_F(providers_api, replaces_the_client_secret_and_its_end_at_once) {
  ASSERT_EQ(admin->post(collection, fields()).status, 201U);
  const auto path = collection + "/azure/client-secret";
  const auto replaced = admin->post(path, {{"client_secret", secret_mark + "-new"}});
  ASSERT_EQ(replaced.status, 200U) << replaced.body;
  EXPECT_TRUE(replaced.json().at("client_secret_expires").is_null()) << "the old end is not the new secret's";
  EXPECT_EQ(replaced.header("etag"), "\"2\"");
  EXPECT_EQ(storage::open_secret(keys, in_store(), "client_secret").value().expose(), secret_mark + "-new");

  const auto dated =
      admin->post(path, {{"client_secret", secret_mark}, {"client_secret_expires", "2028-01-01T00:00:00Z"}});
  EXPECT_EQ(dated.json().at("client_secret_expires"), "2028-01-01T00:00:00.000Z");
  EXPECT_THAT(errors_of(admin->post(path, {{"name", "x"}})),
              testing::UnorderedElementsAre("name: is not a field here", "client_secret: is required"));
  EXPECT_EQ(admin->send({"POST", path, R"({"client_secret":"x"})", {{"If-Match", "\"1\""}}}).status, 412U);
  EXPECT_EQ(admin->post(collection + "/nothing/client-secret", {{"client_secret", "x"}}).status, 404U);
}

TEST_F(providers_api, stays_while_a_grant_or_an_account_uses_it) {
  make_provider("acme", "azure");
  make_grant("acme", "andrea", "azure");
  make_account("acme", "support", "azure");
  EXPECT_THAT(admin->remove(collection + "/azure", "*").body, HasSubstr("account 'support'"));
  ASSERT_EQ(admin->remove("/v1/tenants/acme/accounts/support", "*").status, 204U);
  const auto refused = admin->remove(collection + "/azure", "*");
  EXPECT_EQ(refused.status, 409U);
  EXPECT_THAT(refused.body, HasSubstr("grant 'andrea'"));
  ASSERT_EQ(admin->remove("/v1/tenants/acme/grants/andrea", "*").status, 204U);
  EXPECT_EQ(admin->remove(collection + "/azure", "*").status, 204U);
}

TEST_F(providers_api, takes_the_default_tenant_when_none_is_named) {
  make_tenant("default");
  ASSERT_EQ(admin->post("/v1/providers", fields()).status, 201U);
  EXPECT_EQ(admin->get("/v1/providers/azure").json().at("tenant"), "default");
  EXPECT_EQ(admin->get("/v1/providers/azure?tenant=acme").status, 404U);
  EXPECT_EQ(admin->get("/v1/tenants/acme/providers/azure?tenant=default").status, 400U);
  EXPECT_EQ(admin->get("/v1/providers/azure?tenant=a%2Fb").status, 400U);
}

} // namespace
} // namespace postroom::api::test
