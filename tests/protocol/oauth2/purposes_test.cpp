#include "protocol/oauth2/purposes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace postroom::oauth2 {
namespace {

using enum purpose;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<purpose> all{imap, smtp, graph_read, graph_send, contacts, settings};

endpoints microsoft(cloud where = cloud::worldwide) {
  return microsoft_endpoints("organizations", where).value();
}

TEST(purposes, have_names) {
  for (const auto p : all)
    EXPECT_THAT(parse_purposes(to_string(p)).value(), ElementsAre(p));
  EXPECT_THAT(parse_purposes("  smtp\timap smtp \n").value(), ElementsAre(smtp, imap));
  EXPECT_THAT(parse_purposes("").value(), ElementsAre(imap, smtp));
  EXPECT_THAT(parse_purposes("  ").value(), ElementsAre(imap, smtp));
}

TEST(purposes, that_do_not_exist_are_named) {
  const auto failed = parse_purposes("imap pop smtp");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, errc::invalid_argument);
  EXPECT_THAT(failed.error().detail, HasSubstr("\"pop\""));
  EXPECT_LT(parse_purposes(std::string(100'000, 'x')).error().detail.size(), 200U);
  EXPECT_FALSE(parse_purposes("IMAP"));
}

TEST(purposes, belong_to_a_resource) {
  EXPECT_EQ(resource_of(imap), resource::mail);
  EXPECT_EQ(resource_of(smtp), resource::mail);
  for (const auto p : {graph_read, graph_send, contacts, settings})
    EXPECT_EQ(resource_of(p), resource::graph);
}

TEST(consent_scope, names_all_resources_at_once) {
  EXPECT_EQ(consent_scope(microsoft(), {smtp, imap, graph_read, graph_send}),
            "openid profile email offline_access https://outlook.office.com/IMAP.AccessAsUser.All "
            "https://outlook.office.com/SMTP.Send https://graph.microsoft.com/Mail.ReadWrite.Shared "
            "https://graph.microsoft.com/Mail.Send.Shared");
  EXPECT_EQ(consent_scope(microsoft(), {contacts, settings, settings}),
            "openid profile email offline_access https://graph.microsoft.com/Contacts.Read.Shared "
            "https://graph.microsoft.com/MailboxSettings.Read");
  EXPECT_EQ(consent_scope(microsoft(), {}), "openid profile email offline_access");
}

TEST(consent_scope, of_google_is_one_for_mail) {
  EXPECT_EQ(consent_scope(google_endpoints(), all), "openid profile email https://mail.google.com/");
  EXPECT_EQ(consent_scope(google_endpoints(), {smtp}), "openid profile email https://mail.google.com/");
  EXPECT_EQ(consent_scope(google_endpoints(), {contacts}), "openid profile email");
}

TEST(token_scope, is_of_one_resource) {
  EXPECT_EQ(token_scope(microsoft(), all, resource::mail),
            "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access");
  EXPECT_EQ(token_scope(microsoft(), {imap, graph_send}, resource::graph),
            "https://graph.microsoft.com/Mail.Send.Shared offline_access");
  EXPECT_EQ(token_scope(microsoft(), {imap, smtp}, resource::graph), "");
  EXPECT_EQ(token_scope(microsoft(), {settings}, resource::mail), "");
  EXPECT_EQ(token_scope(microsoft(), {imap, smtp}, resource::mail), microsoft().mail_scopes);
}

TEST(token_scope, of_google_is_one_for_mail) {
  EXPECT_EQ(token_scope(google_endpoints(), all, resource::mail), "https://mail.google.com/");
  EXPECT_EQ(token_scope(google_endpoints(), all, resource::graph), "");
}

TEST(scopes, are_of_the_cloud) {
  EXPECT_EQ(token_scope(microsoft(cloud::us_gov_high), {imap}, resource::mail),
            "https://outlook.office365.us/IMAP.AccessAsUser.All offline_access");
  EXPECT_EQ(token_scope(microsoft(cloud::us_gov_dod), {graph_read}, resource::graph),
            "https://dod-graph.microsoft.us/Mail.ReadWrite.Shared offline_access");
  EXPECT_EQ(token_scope(microsoft(cloud::china), {smtp}, resource::mail),
            "https://partner.outlook.cn/SMTP.Send offline_access");
  EXPECT_EQ(app_only_scope(microsoft(cloud::china), resource::graph),
            "https://microsoftgraph.chinacloudapi.cn/.default");
}

TEST(scopes, of_a_platform_without_the_resource_are_none) {
  EXPECT_EQ(token_scope(endpoints{}, all, resource::mail), "");
  EXPECT_EQ(app_only_scope(endpoints{}, resource::graph), "");
}

TEST(app_only, has_one_scope_for_each_resource) {
  EXPECT_EQ(app_only_scope(microsoft(), resource::mail), "https://outlook.office365.com/.default");
  EXPECT_EQ(app_only_scope(microsoft(), resource::graph), "https://graph.microsoft.com/.default");
  EXPECT_EQ(app_only_scope(google_endpoints(), resource::mail), "");
  EXPECT_EQ(app_only_scope(google_endpoints(), resource::graph), "");
}

TEST(app_only, needs_roles) {
  EXPECT_THAT(roles_of(all, resource::mail), ElementsAre("IMAP.AccessAsApp", "SMTP.SendAsApp"));
  EXPECT_THAT(roles_of({smtp, smtp}, resource::mail), ElementsAre("SMTP.SendAsApp"));
  EXPECT_THAT(roles_of(all, resource::graph),
              ElementsAre("Mail.ReadWrite", "Mail.Send", "Contacts.Read", "MailboxSettings.Read"));
  EXPECT_THAT(roles_of({imap}, resource::graph), IsEmpty());
}

TEST(missing_scopes, are_those_not_granted) {
  const auto wanted = consent_scope(microsoft(), {imap, smtp, graph_read});
  EXPECT_THAT(missing_scopes(wanted, wanted), IsEmpty());
  EXPECT_THAT(missing_scopes(wanted, "https://outlook.office.com/IMAP.AccessAsUser.All"),
              ElementsAre("https://outlook.office.com/SMTP.Send", "https://graph.microsoft.com/Mail.ReadWrite.Shared"));
  EXPECT_THAT(missing_scopes("https://mail.google.com/", "openid https://mail.google.com/"), IsEmpty());
  EXPECT_THAT(missing_scopes("https://mail.google.com/", "openid"), ElementsAre("https://mail.google.com/"));
}

TEST(missing_scopes, are_compared_as_platforms_spell_them) {
  EXPECT_THAT(missing_scopes("https://graph.microsoft.com/Mail.Send.Shared", "mail.send.shared"), IsEmpty());
  EXPECT_THAT(missing_scopes("Mail.Send", "https://graph.microsoft.com/Mail.Send"), IsEmpty());
  EXPECT_THAT(missing_scopes("https://outlook.office.com/SMTP.Send", "HTTPS://OUTLOOK.OFFICE365.COM/smtp.send"),
              IsEmpty());
  EXPECT_THAT(missing_scopes("https://outlook.office.com/Mail.Send", "https://graph.microsoft.com/Mail.Send"),
              ElementsAre("https://outlook.office.com/Mail.Send"));
  EXPECT_THAT(missing_scopes("Mail.Send.Shared", "Mail.Send"), ElementsAre("Mail.Send.Shared"));
}

TEST(missing_scopes, do_not_count_what_every_sign_in_has) {
  EXPECT_THAT(missing_scopes("openid profile EMAIL offline_access https://outlook.office365.com/.default", ""),
              IsEmpty());
  EXPECT_THAT(missing_scopes("", ""), IsEmpty());
}

} // namespace
} // namespace postroom::oauth2
