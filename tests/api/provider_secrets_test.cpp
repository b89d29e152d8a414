#include "base/certificate.hpp"
#include "base/encoding.hpp"
#include "storage/blocking.hpp"
#include "storage/secrets.hpp"
#include "tests/api/support/certificate.hpp"
#include "tests/api/support/running_api.hpp"

#include <gmock/gmock.h>

#include <fstream>

/// "Update Client Secret", certificates, and the password of a proxy.
namespace postroom::api::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::StartsWith;

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

class provider_secrets_api : public running_api {
protected:
  void SetUp() override {
    running_api::SetUp();
    make_tenant("acme");
    admin.emplace(as(scope::admin));
    make_provider("acme", "azure");
  }
  records::Provider in_store() {
    return stored<records::Provider>(storage::keys::provider(tenant_id{"acme"}, provider_id{"azure"}));
  }
  std::string secret(std::string_view field) { return storage::open_secret(keys, in_store(), field).value().expose(); }
  answer update(const std::string& what, const boost::json::object& body) {
    return admin->post(path + "/" + what, body);
  }
  answer change(const boost::json::object& body) { return admin->patch(path, body, "*"); }

  const std::string path = "/v1/tenants/acme/providers/azure";
  std::optional<client> admin;
};

TEST_F(provider_secrets_api, an_update_keeps_the_secret_before_until_it_expires) {
  ASSERT_EQ(change({{"client_secret_expires", "2027-01-01T00:00:00Z"}}).status, 200U);
  const auto shown = update("client-secret",
                            {{"client_secret", secret_mark + "-2"}, {"client_secret_expires", "2028-01-01T00:00:00Z"}})
                         .json();
  EXPECT_EQ(shown.at("has_previous_client_secret"), true);
  EXPECT_EQ(shown.at("previous_client_secret_expires"), "2027-01-01T00:00:00.000Z");
  EXPECT_EQ(shown.at("client_secret_expires"), "2028-01-01T00:00:00.000Z");
  EXPECT_EQ(secret("client_secret"), secret_mark + "-2");
  EXPECT_EQ(secret("previous_client_secret"), secret_mark + "-client");

  ASSERT_EQ(update("client-secret", {{"client_secret", secret_mark + "-2"}}).status, 200U);
  EXPECT_EQ(secret("previous_client_secret"), secret_mark + "-client") << "the same one again replaces nothing";
  ASSERT_EQ(update("client-secret", {{"client_secret", secret_mark + "-3"}}).status, 200U);
  EXPECT_EQ(secret("previous_client_secret"), secret_mark + "-2");
}

TEST_F(provider_secrets_api, an_update_keeps_no_secret_that_has_expired_or_is_not_wanted) {
  ASSERT_EQ(change({{"client_secret_expires", to_rfc3339(time.now())}}).status, 200U);
  ASSERT_EQ(update("client-secret", {{"client_secret", secret_mark + "-2"}}).status, 200U);
  EXPECT_EQ(in_store().previous_client_secret(), "");
  const auto dropped = update("client-secret", {{"client_secret", secret_mark + "-3"}, {"keep_previous", false}});
  EXPECT_EQ(dropped.json().at("has_previous_client_secret"), false);
  ASSERT_EQ(update("client-secret", {{"client_secret", secret_mark + "-4"}, {"keep_previous", true}}).status, 200U);
  EXPECT_EQ(secret("previous_client_secret"), secret_mark + "-3");
  ASSERT_EQ(change({{"name", "Renamed"}}).json().at("has_previous_client_secret"), true);
  EXPECT_EQ(change({{"client_secret", secret_mark + "-5"}}).json().at("has_previous_client_secret"), false)
      << "a plain change is no update";
  EXPECT_THAT(errors_of(update("client-secret", {{"client_secret", "x"}, {"keep_previous", "no"}})),
              Contains("keep_previous: must be true or false"));
}

TEST_F(provider_secrets_api, an_update_replaces_what_a_lost_key_sealed) {
  const auto lost = storage::keyring::from_environment("77:" + base64_encode(std::string(32, 'l'))).value();
  auto record = in_store();
  ASSERT_TRUE(storage::seal_secret(lost, record, "client_secret", postroom::secret<>{"unknown"}));
  ASSERT_TRUE(storage::commit_now(*store, {storage::put_config(record, std::nullopt)}));
  ASSERT_EQ(update("client-secret", {{"client_secret", secret_mark + "-2"}}).status, 200U);
  EXPECT_EQ(secret("client_secret"), secret_mark + "-2");
  EXPECT_EQ(in_store().previous_client_secret(), "");
}

TEST_F(provider_secrets_api, takes_a_certificate_with_its_key) {
  const certificate pair;
  const auto pem = text_of(pair.chain());
  const auto key = text_of(pair.key());
  const auto shown = change({{"certificate", pem}, {"certificate_key", key}});
  ASSERT_EQ(shown.status, 200U) << shown.body;
  const auto facts = shown.json().at("certificate_facts").as_object();
  const auto known = read_certificate(pem).value();
  EXPECT_EQ(facts.at("subject").as_string(), known.subject);
  EXPECT_EQ(facts.at("thumbprint").as_string(), known.thumbprint_sha1);
  EXPECT_EQ(facts.at("not_after").as_string(), to_rfc3339(known.not_after));
  EXPECT_EQ(shown.json().at("has_certificate_key"), true);
  EXPECT_EQ(secret("certificate_key"), key);
  EXPECT_EQ(secret("client_secret"), secret_mark + "-client") << "both together are allowed";
  EXPECT_EQ(shown.body.find("PRIVATE KEY"), std::string::npos);

  const auto cleared = change({{"certificate", nullptr}}).json();
  EXPECT_EQ(cleared.at("has_certificate_key"), false) << "a key is of no use alone";
  EXPECT_TRUE(cleared.at("certificate_facts").is_null());
}

TEST_F(provider_secrets_api, refuses_certificates_that_would_not_work) {
  const certificate pair;
  const certificate other;
  const auto pem = text_of(pair.chain());
  const auto key = text_of(pair.key());
  EXPECT_THAT(errors_of(change({{"certificate", "no PEM"}, {"certificate_key", key}})),
              Contains(StartsWith("certificate: is not an X.509 certificate")));
  EXPECT_THAT(errors_of(change({{"certificate", pem}})), Contains("certificate_key: is required with a certificate"));
  EXPECT_THAT(errors_of(change({{"certificate_key", key}})), Contains("certificate: is required with certificate_key"));
  EXPECT_THAT(errors_of(change({{"certificate", pem}, {"certificate_key", "no PEM"}})),
              Contains(StartsWith("certificate_key: is not a private key")));
  EXPECT_THAT(errors_of(change({{"certificate", pem}, {"certificate_key", text_of(other.key())}})),
              Contains("certificate_key: is not the key of the certificate"));
  EXPECT_EQ(in_store().certificate(), "");
  ASSERT_EQ(change({{"certificate", pem}, {"certificate_key", key}}).status, 200U);
  EXPECT_THAT(errors_of(change({{"certificate", text_of(other.chain())}})),
              Contains("certificate_key: is not the key of the certificate"));
  time.advance(std::chrono::hours{24 * 365 * 200});
  EXPECT_THAT(errors_of(update("certificate", {{"certificate", pem}, {"certificate_key", key}})),
              Contains(StartsWith("certificate: has expired on ")));
}

TEST_F(provider_secrets_api, updates_a_certificate_without_a_pause) {
  const certificate first;
  const certificate second;
  ASSERT_EQ(change({{"certificate", text_of(first.chain())}, {"certificate_key", text_of(first.key())}}).status, 200U);
  const boost::json::object body{{"certificate", text_of(second.chain())}, {"certificate_key", text_of(second.key())}};
  const auto updated = update("certificate", body);
  ASSERT_EQ(updated.status, 200U) << updated.body;
  EXPECT_EQ(updated.json().at("has_previous_certificate"), true);
  EXPECT_EQ(in_store().previous_certificate(), text_of(first.chain()));
  EXPECT_EQ(secret("previous_certificate_key"), text_of(first.key()));
  EXPECT_EQ(secret("certificate_key"), text_of(second.key()));
  auto dropped = body;
  dropped["keep_previous"] = false;
  EXPECT_EQ(update("certificate", dropped).json().at("has_previous_certificate"), false);
  EXPECT_THAT(errors_of(update("certificate", {{"certificate", "x"}})), Contains("certificate_key: is required"));
}

TEST_F(provider_secrets_api, seals_the_password_of_a_proxy) {
  const auto shown =
      change({{"proxy", "http://gateway@proxy.example:3128"}, {"proxy_password", secret_mark + "-proxy"}});
  ASSERT_EQ(shown.status, 200U) << shown.body;
  EXPECT_EQ(shown.json().at("has_proxy_password"), true);
  EXPECT_EQ(secret("proxy_password"), secret_mark + "-proxy");
  EXPECT_THAT(errors_of(change({{"proxy", ""}})), Contains(HasSubstr("proxy_password: needs a user in proxy")));
  EXPECT_EQ(change({{"proxy", ""}, {"proxy_password", nullptr}}).json().at("has_proxy_password"), false);
}

} // namespace
} // namespace postroom::api::test
