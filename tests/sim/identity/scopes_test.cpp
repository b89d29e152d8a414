#include "sim/identity/scopes.hpp"

#include <gtest/gtest.h>

namespace postroom::sim {
namespace {

using words = std::vector<std::string>;

std::uint32_t code_of(const outcome<token_scopes>& parsed) {
  return parsed ? 0 : parsed.error().row.code;
}

TEST(token_scopes_test, tells_the_resource_from_what_belongs_to_none) {
  const auto wanted = parse_token_scopes(" openid  offline_access https://outlook.office365.com/SMTP.Send "
                                         "https://outlook.office.com/IMAP.AccessAsUser.All",
                                         "Contoso");
  ASSERT_TRUE(wanted);
  EXPECT_EQ(wanted->resource, "https://outlook.office365.com");
  EXPECT_EQ(wanted->permissions, (words{"SMTP.Send", "IMAP.AccessAsUser.All"}));
  EXPECT_EQ(wanted->openid, words{"openid"});
  EXPECT_TRUE(wanted->wants_id_token());
  EXPECT_EQ(wanted->text(),
            "https://outlook.office365.com/SMTP.Send https://outlook.office365.com/IMAP.AccessAsUser.All");
}

TEST(token_scopes_test, without_a_resource_it_is_graphs) {
  EXPECT_EQ(parse_token_scopes("Mail.Read", "")->resource, "https://graph.microsoft.com");
  EXPECT_EQ(parse_token_scopes("profile openid", "")->text(), "profile openid");
  EXPECT_FALSE(parse_token_scopes("profile", "")->wants_id_token());
}

TEST(token_scopes_test, refuses_what_cannot_be) {
  EXPECT_EQ(code_of(parse_token_scopes("", "")), 70011U);
  EXPECT_EQ(code_of(parse_token_scopes("Mail.Read https://outlook.office.com/SMTP.Send", "")), 28000U);
  EXPECT_EQ(code_of(parse_token_scopes("https://outlook.office.com/Mail.Everything", "")), 70011U);
  EXPECT_EQ(code_of(parse_token_scopes("https://outlook.office.com/.default Mail.Read", "")), 70011U);
  EXPECT_EQ(code_of(parse_token_scopes("https://outlook.office.com/.default openid", "")), 0U);
  EXPECT_EQ(code_of(parse_token_scopes(std::string(4097, ' '), "")), 70011U);
  const auto unknown = parse_token_scopes("https://elsewhere.test/.default", "Contoso");
  EXPECT_EQ(code_of(unknown), 500011U);
  EXPECT_EQ(unknown.error().first, "https://elsewhere.test");
  EXPECT_EQ(unknown.error().second, "Contoso");
}

TEST(token_scopes_test, of_an_agreement_takes_the_first_resource) {
  const auto wanted = first_resource_of({"openid", "https://outlook.office.com/SMTP.Send", "Mail.Read"});
  EXPECT_EQ(wanted.resource, "https://outlook.office.com");
  EXPECT_EQ(wanted.permissions, words{"SMTP.Send"});
  EXPECT_EQ(first_resource_of({}).resource, "https://graph.microsoft.com");
}

TEST(settle_permissions_test, counts_the_users_and_the_administrators_consent) {
  service_principal principal;
  principal.scopes = {"https://outlook.office.com/SMTP.Send", "Mail.Read"};
  principal.user_scopes["dora@contoso.test"] = {"https://outlook.office365.com/IMAP.AccessAsUser.All"};
  auto all = *parse_token_scopes("https://outlook.office.com/.default", "");
  EXPECT_TRUE(settle_permissions(all, principal, "Dora@contoso.test"));
  EXPECT_EQ(all.permissions, (words{"SMTP.Send", "IMAP.AccessAsUser.All"}));
  auto imap = *parse_token_scopes("https://outlook.office.com/IMAP.AccessAsUser.All", "");
  EXPECT_TRUE(settle_permissions(imap, principal, "dora@contoso.test"));
  EXPECT_FALSE(settle_permissions(imap, principal, "otto@contoso.test"));
  auto other = *parse_token_scopes("Mail.Send", "");
  EXPECT_FALSE(settle_permissions(other, principal, "dora@contoso.test"));
}

TEST(settle_permissions_test, who_agreed_to_all_of_exchange_agreed_to_mail) {
  service_principal principal;
  auto all = *parse_token_scopes("https://outlook.office.com/.default", "");
  EXPECT_FALSE(settle_permissions(all, principal, "dora@contoso.test"));
  principal.user_scopes["dora@contoso.test"] = {"https://outlook.office.com/.default"};
  all = *parse_token_scopes("https://outlook.office.com/.default", "");
  EXPECT_TRUE(settle_permissions(all, principal, "dora@contoso.test"));
  EXPECT_EQ(all.permissions, (words{"IMAP.AccessAsUser.All", "SMTP.Send"}));
}

TEST(granted_roles_test, are_those_registered_and_granted_at_the_resource) {
  application client;
  client.roles = {"IMAP.AccessAsApp", "SMTP.SendAsApp", "Mail.Read"};
  service_principal principal;
  EXPECT_TRUE(granted_roles(principal, client, "https://outlook.office365.com").empty());
  principal.roles = {"SMTP.SendAsApp", "POP.AccessAsApp", "Mail.Read"};
  EXPECT_EQ(granted_roles(principal, client, "https://outlook.office365.com"), words{"SMTP.SendAsApp"});
  EXPECT_EQ(granted_roles(principal, client, "https://graph.microsoft.com"), words{"Mail.Read"});
}

TEST(token_scopes_test, the_stand_ins_address_is_a_name_of_graph) {
  const auto wanted = parse_token_scopes("https://localhost:8443/Mail.Read.Shared Mail.ReadWrite.Shared openid", "");
  ASSERT_TRUE(wanted);
  EXPECT_EQ(wanted->resource, "https://localhost:8443");
  EXPECT_EQ(wanted->text(),
            "https://localhost:8443/Mail.Read.Shared https://localhost:8443/Mail.ReadWrite.Shared openid");
  service_principal principal;
  principal.scopes = {"Mail.Read.Shared"};
  auto one = *parse_token_scopes("https://localhost:8443/Mail.Read.Shared", "");
  EXPECT_TRUE(settle_permissions(one, principal, "dora@contoso.test"));
  EXPECT_EQ(code_of(parse_token_scopes("https://localhost.evil.test/Mail.Read.Shared", "")), 500011U);
}

} // namespace
} // namespace postroom::sim
