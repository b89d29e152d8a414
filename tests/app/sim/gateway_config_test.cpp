#include "sim/gateway_config.hpp"

#include "app/config.hpp"
#include "sim/world.hpp"
#include "tests/sim/identity/test_keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

namespace postroom::app {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

const sim::served_ports ports{.identity = 1,
                              .imap = 2,
                              .smtp = 3,
                              .generic_imap = 4,
                              .generic_smtp = 5,
                              .gmail_imap = 6,
                              .gmail_smtp = 7,
                              .control = 8};

/// What a gateway makes of the file that is written for the office of a scenario.
class gateway_config_read : public testing::Test {
protected:
  void read(std::vector<sim::tenant_plan> tenants, bool tls = false) {
    sim::scenario plan;
    plan.tls = tls;
    plan.directory = "/srv/stand-in";
    plan.tenants = std::move(tenants);
    auto made = sim::world::make(plan, ports, time_, sim::test_keys());
    ASSERT_TRUE(made) << to_string(made.error());
    world = std::move(*made);
    sim::gateway_config_options options;
    options.ca_file = ca_file_of(plan);
    options.connections_per_second_per_host = 200;
    const auto env = environment::from_text("", [](const std::string&) { return std::optional<std::string>{}; });
    auto got = parse_configuration(sim::gateway_config(world->who.providers, options), "/srv/postroom.toml", *env);
    ASSERT_TRUE(got) << got.error().detail;
    config = std::move(*got);
  }

  std::unique_ptr<sim::world> world;
  configuration config;

private:
  manual_clock time_;
};

TEST_F(gateway_config_read, has_the_customers_of_microsoft) {
  read({{"Contoso", "contoso.test", sim::service::microsoft, 2, 2, 9, {}}});
  EXPECT_EQ(config.limits.connections_per_second_per_host, 200U);
  ASSERT_EQ(config.tenants.size(), 1U);
  EXPECT_EQ(config.tenants[0].id(), "contoso");
  ASSERT_EQ(config.providers.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& record = config.providers[i].record;
    const auto& facts = world->who.providers[i];
    EXPECT_EQ(record.tenant(), "contoso");
    EXPECT_EQ(record.id(), "app-" + std::to_string(i + 1));
    EXPECT_EQ(record.service(), "microsoft_azure");
    EXPECT_EQ(record.application_id(), facts.client_id);
    EXPECT_EQ(record.directory_id(), facts.tenant_id);
    EXPECT_EQ(record.token_endpoint(), facts.token_url);
    EXPECT_EQ(record.discovery_url(), facts.discovery_url);
    EXPECT_EQ(record.graph_endpoint(), facts.graph_url);
    EXPECT_EQ(record.redirect_uri(), "http://localhost:8025/api/cloudProviders/oauth2/microsoft/callback");
    EXPECT_EQ(record.purposes(), "imap smtp graph_read");
    EXPECT_EQ(record.imap_port(), 2U);
    EXPECT_EQ(record.smtp_port(), 3U);
    EXPECT_EQ(record.imap_security(), "plain");
    EXPECT_EQ(config.providers[i].client_secret.expose(), facts.client_secret.expose());
  }
  ASSERT_EQ(config.grants.size(), 4U);
  EXPECT_EQ(config.grants[0].record.delegate(), world->who.providers[0].delegates[0].upn);
  EXPECT_EQ(config.grants[0].secret_value.expose(), world->who.providers[0].delegates[0].refresh_token.expose());
  std::set<std::string> addresses, ids;
  for (const auto& each : config.accounts) {
    addresses.insert(each.email());
    ids.insert(each.id());
  }
  EXPECT_EQ(addresses, (std::set<std::string>{world->who.mailboxes.begin(), world->who.mailboxes.end()}));
  EXPECT_EQ(ids.size(), 9U);
}

TEST_F(gateway_config_read, opens_each_mailbox_by_whom_it_may_be_opened) {
  read({{"Contoso", "contoso.test", sim::service::microsoft, 3, 2, 20, {}}});
  std::map<std::string, std::string> delegates;
  for (const auto& each : config.grants)
    delegates[each.record.id()] = each.record.delegate();
  ASSERT_EQ(config.accounts.size(), 20U);
  for (const auto& each : config.accounts)
    EXPECT_TRUE(world->mail.may_open(delegates.at(each.grant()), each.email())) << each.email();
}

TEST_F(gateway_config_read, knows_login_names_that_are_no_addresses) {
  sim::tenant_plan contoso{"Contoso", "contoso.test", sim::service::microsoft, 1, 1, 1, {}};
  contoso.upn_domain = "contoso.local";
  read({contoso});
  EXPECT_EQ(config.grants[0].record.delegate(), "dora.delegate@contoso.local");
  EXPECT_EQ(config.accounts[0].email(), "support@contoso.test");
  EXPECT_EQ(config.accounts[0].upn(), "support@contoso.local");
}

TEST_F(gateway_config_read, has_the_customers_of_google) {
  read({{"Fabrikam", "fabrikam.test", sim::service::google, 1, 1, 2, {}}}, true);
  ASSERT_EQ(config.providers.size(), 1U);
  const auto& record = config.providers[0].record;
  EXPECT_EQ(record.service(), "google");
  EXPECT_EQ(record.token_endpoint(), world->who.providers[0].token_url);
  EXPECT_EQ(record.discovery_url(), world->who.providers[0].discovery_url);
  EXPECT_EQ(record.revocation_endpoint(), world->who.providers[0].revocation_url);
  EXPECT_EQ(record.redirect_uri(), "http://localhost:8025/api/cloudProviders/oauth2/google/callback");
  EXPECT_EQ(record.imap_port(), 6U);
  EXPECT_EQ(record.smtp_port(), 7U);
  EXPECT_EQ(record.imap_security(), "tls");
  EXPECT_EQ(record.smtp_security(), "starttls");
  EXPECT_EQ(record.ca_file(), "/srv/stand-in/ca.pem");
  ASSERT_EQ(config.grants.size(), 2U); // each owns a mailbox
  EXPECT_EQ(config.grants[1].record.delegate(), "sales@fabrikam.test");
  ASSERT_EQ(config.accounts.size(), 2U);
  EXPECT_EQ(config.accounts[1].email(), "sales@fabrikam.test");
  EXPECT_EQ(config.accounts[1].grant(), config.grants[1].record.id());
}

TEST_F(gateway_config_read, has_the_customers_of_plain_servers) {
  read({{"Plain", "plain.test", sim::service::generic, 1, 1, 2, {}}});
  ASSERT_EQ(config.providers.size(), 1U);
  EXPECT_EQ(config.providers[0].record.service(), "password");
  EXPECT_EQ(config.providers[0].record.imap_port(), 4U);
  EXPECT_EQ(config.providers[0].record.smtp_port(), 5U);
  ASSERT_EQ(config.grants.size(), 2U);
  EXPECT_EQ(config.grants[0].record.kind(), "password");
  EXPECT_EQ(config.grants[0].secret_value.expose(), world->who.providers[0].delegates[0].password.expose());
  ASSERT_EQ(config.accounts.size(), 2U);
  EXPECT_FALSE(config.accounts[0].modern_authentication());
}

TEST_F(gateway_config_read, keeps_tenants_of_one_name_apart) {
  read({{"Contoso", "contoso.test", sim::service::microsoft, 1, 1, 1, {}},
        {"CONTOSO", "contoso.example", sim::service::google, 1, 1, 1, {}},
        {"\xc3\x84\"\\", "other.test", sim::service::generic, 1, 1, 1, {}}});
  std::vector<std::string> ids, names;
  for (const auto& each : config.tenants) {
    ids.push_back(each.id());
    names.push_back(each.name());
  }
  EXPECT_THAT(ids, UnorderedElementsAre("contoso", "contoso-2", "tenant"));
  EXPECT_THAT(names, ElementsAre("Contoso", "CONTOSO", "\xc3\x84\"\\"));
  EXPECT_EQ(config.accounts.size(), 3U);
}

} // namespace
} // namespace postroom::app
