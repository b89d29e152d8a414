#include "sim/gateway_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::sim {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

provider_facts contoso() {
  provider_facts facts;
  facts.tenant_name = "Contoso, Ltd.";
  facts.tenant_id = "guid-1";
  facts.application_name = "Postroom";
  facts.client_id = "client";
  facts.client_secret = secret<>{"s3cret"};
  facts.client_secret_expires = std::chrono::sys_days{std::chrono::year{2027} / 5 / 25};
  facts.token_url = "https://localhost:1/guid-1/oauth2/v2.0/token";
  facts.imap_port = 993;
  facts.smtp_port = 587;
  facts.delegates = {{"dora.delegate@contoso.test",
                      secret<>{"pa55"},
                      secret<>{"r3fresh"},
                      {"support@contoso.test", "sales@contoso.test"}}};
  return facts;
}

std::string config_of(const std::vector<provider_facts>& providers, const gateway_config_options& options = {}) {
  return gateway_config(providers, options);
}

std::size_t count(std::string_view text, std::string_view word) {
  std::size_t found = 0;
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1))
    ++found;
  return found;
}

TEST(gateway_config_test, makes_ids_of_names) {
  EXPECT_EQ(id_of("Contoso, Ltd."), "contoso-ltd");
  EXPECT_EQ(id_of("dora.delegate"), "dora-delegate");
  EXPECT_EQ(id_of("  A  b 9 "), "a-b-9");
  EXPECT_EQ(id_of("Ä"), "");
  EXPECT_EQ(id_of(""), "");
}

TEST(gateway_config_test, begins_with_the_gateways_own_settings) {
  gateway_config_options options;
  options.data_directory = "/srv/data";
  options.listen = "127.0.0.1:1";
  options.log_level = "debug";
  options.connections_per_second_per_host = 200;
  EXPECT_EQ(config_of({}, options), "data_directory = \"/srv/data\"\n[api]\nlisten = \"127.0.0.1:1\"\n[log]\n"
                                    "level = \"debug\"\n[limits]\nconnections_per_second_per_host = 200\n");
}

TEST(gateway_config_test, writes_a_tenant_with_all_that_is_its_own) {
  const auto text = config_of({contoso()});
  EXPECT_THAT(text, HasSubstr("[[tenant]]\nid = \"contoso-ltd\"\nname = \"Contoso, Ltd.\"\n"));
  EXPECT_THAT(text, HasSubstr("[[provider]]\ntenant = \"contoso-ltd\"\nid = \"app-1\"\nname = \"Postroom\"\n"
                              "service = \"microsoft_azure\"\ntype = \"outlook365\"\napplication_id = \"client\"\n"
                              "client_secret = \"s3cret\"\n"));
  EXPECT_THAT(text, HasSubstr("client_secret_expires = 2027-05-25T00:00:00"));
  EXPECT_THAT(text, HasSubstr("imap_port = 993\nimap_security = \"plain\"\n"));
  EXPECT_THAT(text, HasSubstr("smtp_port = 587\nsmtp_security = \"plain\"\n"));
  EXPECT_THAT(text, HasSubstr("id = \"app-1-dora-delegate\"\nprovider = \"app-1\"\n"
                              "delegate = \"dora.delegate@contoso.test\"\nkind = \"refresh_token\"\n"
                              "refresh_token = \"r3fresh\"\n"));
  EXPECT_THAT(text, HasSubstr("email = \"support@contoso.test\"\nusername = \"support@contoso.test\"\n"));
  EXPECT_EQ(count(text, "[[account]]"), 2U);
  EXPECT_THAT(text, Not(HasSubstr("ca_file")));
  EXPECT_THAT(text, Not(HasSubstr("pa55"))); // of no use to a gateway that has a token
}

TEST(gateway_config_test, trusts_the_stand_in_where_it_speaks_tls) {
  gateway_config_options options;
  options.ca_file = "/srv/ca.pem";
  EXPECT_THAT(config_of({contoso()}, options),
              AllOf(HasSubstr("imap_security = \"tls\"\n"), HasSubstr("smtp_security = \"starttls\"\n"),
                    HasSubstr("ca_file = \"/srv/ca.pem\"\n")));
}

TEST(gateway_config_test, signs_in_with_passwords_at_plain_servers) {
  auto facts = contoso();
  facts.kind = service::generic;
  EXPECT_THAT(config_of({facts}), AllOf(HasSubstr("service = \"password\"\ntype = \"imap\"\n"),
                                        HasSubstr("kind = \"password\"\npassword = \"pa55\"\n"),
                                        HasSubstr("modern_authentication = false\n"), Not(HasSubstr("client_secret")),
                                        Not(HasSubstr("refresh_token"))));
}

TEST(gateway_config_test, numbers_the_applications_of_a_tenant) {
  const auto text = config_of({contoso(), contoso()});
  EXPECT_EQ(count(text, "[[tenant]]"), 1U);
  EXPECT_THAT(text, AllOf(HasSubstr("id = \"app-1\"\n"), HasSubstr("id = \"app-2\"\n")));
}

TEST(gateway_config_test, tells_tenants_of_one_name_apart) {
  auto second = contoso(), third = contoso();
  second.tenant_id = "guid-2";
  third.tenant_id = "guid-3";
  third.tenant_name = "Ä";
  const auto text = config_of({contoso(), second, third});
  EXPECT_THAT(text,
              AllOf(HasSubstr("[[tenant]]\nid = \"contoso-ltd\"\n"), HasSubstr("[[tenant]]\nid = \"contoso-ltd-2\"\n"),
                    HasSubstr("[[tenant]]\nid = \"tenant\"\nname = \"Ä\"\n")));
  EXPECT_EQ(count(text, "id = \"app-1\"\n"), 3U);
}

TEST(gateway_config_test, keeps_ids_short) {
  auto facts = contoso();
  facts.tenant_name = std::string(200, 'x');
  EXPECT_THAT(config_of({facts}), HasSubstr("[[tenant]]\nid = \"" + std::string(48, 'x') + "\"\n"));
}

TEST(gateway_config_test, escapes_what_toml_would_take_for_its_own) {
  auto facts = contoso();
  facts.tenant_name = R"(The "A\B")";
  EXPECT_THAT(config_of({facts}), HasSubstr(R"(name = "The \"A\\B\"")"));
}

TEST(gateway_config_test, stops_at_the_accounts_asked_for) {
  gateway_config_options options;
  options.accounts_max = 1;
  options.catch_up = "new";
  const auto text = config_of({contoso()}, options);
  EXPECT_EQ(count(text, "[[account]]"), 1U);
  EXPECT_THAT(text, HasSubstr("catch_up = \"new\"\n"));
}

TEST(gateway_config_test, tells_where_sign_ins_begin_and_come_back_to) {
  auto facts = contoso();
  facts.discovery_url = "https://localhost:1/guid-1/v2.0/.well-known/openid-configuration";
  facts.graph_url = "https://localhost:1";
  gateway_config_options options;
  options.listen = "0.0.0.0:9000";
  EXPECT_THAT(
      config_of({facts}, options),
      AllOf(HasSubstr("discovery_url = \"https://localhost:1/guid-1/v2.0/.well-known/openid-configuration\"\n"),
            HasSubstr("graph_endpoint = \"https://localhost:1\"\n"), Not(HasSubstr("revocation_endpoint")),
            HasSubstr("redirect_uri = \"http://localhost:9000/api/cloudProviders/oauth2/microsoft/callback\"\n")));
  facts.kind = service::google;
  facts.revocation_url = "https://localhost:1/revoke";
  EXPECT_THAT(config_of({facts}, options),
              AllOf(HasSubstr("revocation_endpoint = \"https://localhost:1/revoke\"\n"),
                    HasSubstr("redirect_uri = \"http://localhost:9000/api/cloudProviders/oauth2/google/callback\"\n")));
  options.listen = "127.0.0.1:0";
  EXPECT_THAT(config_of({facts}, options), Not(HasSubstr("redirect_uri")));
  EXPECT_TRUE(callback_uris("127.0.0.1:0").empty());
  EXPECT_TRUE(callback_uris("").empty());
  EXPECT_EQ(callback_uris("[::1]:80").front(), "http://localhost:80/api/cloudProviders/oauth2/microsoft/callback");
}

TEST(gateway_config_test, tells_the_login_names_of_mailboxes_where_they_are_others) {
  auto facts = contoso();
  EXPECT_THAT(config_of({facts}), Not(HasSubstr("upn =")));
  facts.upn_domain = "contoso.local";
  EXPECT_THAT(config_of({facts}), HasSubstr("username = \"support@contoso.test\"\nupn = \"support@contoso.local\"\n"));
}

} // namespace
} // namespace postroom::sim
