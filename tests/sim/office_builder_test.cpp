#include "sim/office_builder.hpp"

#include "tests/sim/world_fixture.hpp"

#include <set>

namespace postroom::sim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::MatchesRegex;

class office_builder_test : public world_test {};

TEST_F(office_builder_test, spreads_mailboxes_over_providers_and_delegates) {
  make([](scenario& plan) {
    plan.tenants.front().providers = 3;
    plan.tenants.front().delegates = 2;
    plan.tenants.front().mailboxes = 100;
  });
  ASSERT_EQ(it().who.providers.size(), 3U);
  std::set<std::string> all, clients, upns;
  for (const auto& provider : it().who.providers) {
    clients.insert(provider.client_id);
    ASSERT_EQ(provider.delegates.size(), 2U);
    for (const auto& delegate : provider.delegates) {
      upns.insert(delegate.upn);
      EXPECT_NEAR(static_cast<double>(delegate.mailboxes.size()), 100 / 6.0, 1.0);
      all.insert(delegate.mailboxes.begin(), delegate.mailboxes.end());
      EXPECT_FALSE(delegate.refresh_token.empty());
    }
  }
  EXPECT_EQ(clients.size(), 3U);
  EXPECT_EQ(upns.size(), 6U);
  EXPECT_EQ(all, std::set<std::string>(it().who.mailboxes.begin(), it().who.mailboxes.end()));
  EXPECT_EQ(all.size(), 100U) << "each belongs to one delegate";
  EXPECT_EQ(it().grants.refresh_tokens(), 6U);
}

TEST_F(office_builder_test, gives_delegates_and_the_application_rights_to_their_share_only) {
  make([](scenario& plan) { plan.tenants.front().providers = 2; });
  const auto& providers = it().who.providers;
  const auto& dora = providers[0].delegates.front();
  EXPECT_EQ(dora.upn, "dora.delegate@contoso.test");
  EXPECT_THAT(dora.mailboxes, ElementsAre("support@contoso.test", "orders@contoso.test"));
  for (const auto& who : {dora.upn, providers[0].client_id}) {
    EXPECT_TRUE(it().mail.may_open(who, "support@contoso.test"));
    EXPECT_TRUE(it().mail.may_send_as(who, "Orders@contoso.test"));
    EXPECT_FALSE(it().mail.may_open(who, "sales@contoso.test"));
    EXPECT_FALSE(it().mail.may_send_as(who, "sales@contoso.test"));
  }
  EXPECT_NE(it().mail.find(dora.upn), nullptr) << "for what they submit";
}

TEST_F(office_builder_test, registers_the_application_and_its_consent) {
  const auto& facts = it().who.providers.front();
  const auto* const app = it().people.find_application(facts.client_id);
  ASSERT_NE(app, nullptr);
  EXPECT_THAT(app->roles, ElementsAre("IMAP.AccessAsApp", "Mail.ReadWrite", "Mail.Send", "SMTP.SendAsApp"));
  ASSERT_EQ(app->secrets.size(), 1U);
  EXPECT_EQ(app->secrets.front().value.expose(), facts.client_secret.expose());
  const auto life = app->secrets.front().expires - it().time.now();
  EXPECT_GT(life, std::chrono::days{179});
  EXPECT_LT(life, std::chrono::days{181});
  EXPECT_EQ(app->secrets.front().expires, facts.client_secret_expires);
  ASSERT_EQ(app->redirect_uris.size(), 5U);
  EXPECT_EQ(app->redirect_uris.front().uri, "https://localhost:8443/api/cloudProviders/oauth2/microsoft/callback");
  const auto* const tenant = it().people.find_tenant("contoso.test");
  ASSERT_NE(tenant, nullptr);
  const auto principal = tenant->principals.find(facts.client_id);
  ASSERT_NE(principal, tenant->principals.end());
  EXPECT_EQ(principal->second.roles, app->roles);
  EXPECT_TRUE(principal->second.scopes.contains("Mail.Read.Shared"));
  EXPECT_EQ(facts.discovery_url, "http://localhost:1/" + tenant->id + "/v2.0/.well-known/openid-configuration");
  EXPECT_EQ(facts.graph_url, "http://localhost:1");
  EXPECT_EQ(facts.revocation_url, "");
  EXPECT_EQ(facts.token_url, "http://localhost:1/" + tenant->id + "/oauth2/v2.0/token");
  EXPECT_EQ(facts.imap_port, 2);
  EXPECT_EQ(facts.smtp_port, 3);
  const auto* const administrator = tenant->find_user("admin@contoso.test");
  ASSERT_NE(administrator, nullptr);
  EXPECT_TRUE(administrator->administrator);
  EXPECT_FALSE(tenant->find_user(facts.delegates.front().upn)->administrator);
}

TEST_F(office_builder_test, gives_every_mailbox_to_a_user_where_none_is_shared) {
  make([](scenario& plan) {
    plan.tenants = {{"Fabrikam", "fabrikam.test", service::google, 1, 1, 3, {}},
                    {"Initech", "initech.test", service::generic, 1, 1, 2, {}}};
  });
  const auto& google = it().who.providers.at(0);
  ASSERT_EQ(google.delegates.size(), 3U);
  EXPECT_THAT(google.client_id, testing::EndsWith(".apps.googleusercontent.com"));
  EXPECT_EQ(google.token_url, "http://localhost:1/token");
  EXPECT_EQ(google.discovery_url, "http://localhost:1/.well-known/openid-configuration");
  EXPECT_EQ(google.revocation_url, "http://localhost:1/revoke");
  EXPECT_EQ(google.graph_url, "");
  EXPECT_EQ(google.imap_port, 6);
  EXPECT_EQ(google.smtp_port, 7);
  for (const auto& owner : google.delegates) {
    EXPECT_THAT(owner.mailboxes, ElementsAre(owner.upn));
    EXPECT_NE(it().mail.find(owner.upn), nullptr);
    EXPECT_EQ(it().people.tenant_of(owner.upn)->find_user(owner.upn)->password.expose(), owner.password.expose());
  }
  const auto& generic = it().who.providers.at(1);
  EXPECT_EQ(generic.delegates.size(), 2U);
  EXPECT_EQ(generic.imap_port, 4);
  EXPECT_EQ(generic.smtp_port, 5);
  EXPECT_EQ(it().who.mailboxes.size(), 5U);
}

TEST_F(office_builder_test, makes_the_same_people_from_the_same_seed) {
  const auto before = it().who.providers.front();
  make([](scenario&) {});
  const auto& again = it().who.providers.front();
  EXPECT_EQ(again.tenant_id, before.tenant_id);
  EXPECT_EQ(again.client_id, before.client_id);
  EXPECT_NE(again.client_secret.expose(), before.client_secret.expose());
  make([](scenario& plan) { plan.seed = 2; });
  EXPECT_NE(it().who.providers.front().tenant_id, before.tenant_id);
  EXPECT_NE(it().who.providers.front().client_id, before.client_id);
}

TEST_F(office_builder_test, adds_users_without_rights) {
  const auto add = [&](std::string_view upn, std::string_view client = {}) {
    return add_user(it().plan, it().who, it().services, it().mail, upn, client);
  };
  const auto added = add("otto@contoso.test");
  ASSERT_TRUE(added);
  EXPECT_NE(it().grants.find_refresh_token(added->expose()), nullptr);
  EXPECT_NE(it().mail.find("otto@contoso.test"), nullptr);
  EXPECT_FALSE(it().mail.may_open("otto@contoso.test", "support@contoso.test"));
  EXPECT_EQ(add("Otto@contoso.test").error().code, errc::conflict);
  EXPECT_EQ(add("otto@elsewhere.test").error().code, errc::not_found);
  EXPECT_EQ(add("otto").error().code, errc::not_found);
  EXPECT_EQ(add("emma@contoso.test", "no-app").error().code, errc::not_found);
  EXPECT_EQ(add("support@contoso.test").error().code, errc::conflict) << "a shared mailbox";
}

TEST_F(office_builder_test, adds_users_whose_address_is_another) {
  const auto add = [&](std::string_view upn, std::string_view address) {
    return add_user(it().plan, it().who, it().services, it().mail, upn, {}, address);
  };
  ASSERT_TRUE(add("u17@contoso.test", "emma@contoso.test"));
  const auto* const emma = it().people.tenant_of("u17@contoso.test")->find_user("u17@contoso.test");
  ASSERT_NE(emma, nullptr);
  EXPECT_EQ(emma->address(), "emma@contoso.test");
  const auto* const box = it().mail.find("emma@contoso.test");
  ASSERT_NE(box, nullptr);
  EXPECT_EQ(box->login_name(), "u17@contoso.test");
  EXPECT_EQ(box->object_id(), emma->object_id);
  EXPECT_EQ(add("u18@contoso.test", "emma@contoso.test").error().code, errc::conflict);
  EXPECT_EQ(add("u18@contoso.test", "emma@elsewhere.test").error().code, errc::not_found);
  EXPECT_EQ(it().people.tenant_of("u18@contoso.test")->find_user("u18@contoso.test"), nullptr);
}

TEST_F(office_builder_test, keeps_login_names_and_addresses_apart_where_asked) {
  make([](scenario& plan) { plan.tenants.front().upn_domain = "Contoso.local"; });
  const auto& facts = it().who.providers.front();
  EXPECT_EQ(facts.upn_domain, "contoso.local");
  const auto& dora = facts.delegates.front();
  EXPECT_EQ(dora.upn, "dora.delegate@contoso.local");
  const auto* const tenant = it().people.find_tenant("contoso.local");
  ASSERT_NE(tenant, nullptr);
  EXPECT_EQ(tenant, it().people.find_tenant("contoso.test"));
  EXPECT_EQ(tenant->find_user(dora.upn)->address(), "dora.delegate@contoso.test");
  EXPECT_EQ(tenant->find_user("dora.delegate@contoso.test"), nullptr);
  ASSERT_NE(tenant->find_user("admin@contoso.local"), nullptr);
  EXPECT_EQ(dora.mailboxes.front(), "support@contoso.test");
  EXPECT_EQ(it().mail.find("support@contoso.test")->login_name(), "support@contoso.local");
  EXPECT_TRUE(it().mail.may_open(dora.upn, "support@contoso.test"));
  EXPECT_EQ(it().mail.find("dora.delegate@contoso.test")->login_name(), dora.upn);
  EXPECT_EQ(it().mail.find("dora.delegate@contoso.test")->object_id(), tenant->find_user(dora.upn)->object_id);
}

TEST(office_names_test, are_stable_and_well_formed) {
  EXPECT_EQ(seeded_guid(1, "tenant/contoso.test"), seeded_guid(1, "tenant/contoso.test"));
  EXPECT_NE(seeded_guid(1, "a"), seeded_guid(1, "b"));
  EXPECT_NE(seeded_guid(1, "a"), seeded_guid(2, "a"));
  EXPECT_THAT(seeded_guid(1, "a"), MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
  EXPECT_EQ(mailbox_address(0, "contoso.test"), "support@contoso.test");
  EXPECT_EQ(mailbox_address(12, "contoso.test"), "support-2@contoso.test");
  EXPECT_THAT(new_password().expose(), MatchesRegex("[a-z]+-[a-z]+-[a-z]+-[0-9]{2}"));
}

} // namespace
} // namespace postroom::sim
