#include "protocol/oauth2/endpoints.hpp"

#include "protocol/http/url.hpp"

#include <gtest/gtest.h>

namespace postroom::oauth2 {
namespace {

TEST(endpoints, of_microsoft) {
  const auto e = microsoft_endpoints("contoso.onmicrosoft.com").value();
  EXPECT_EQ(e.authorize, "https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/authorize");
  EXPECT_EQ(e.token, "https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token");
  EXPECT_EQ(e.discovery,
            "https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0/.well-known/openid-configuration");
  EXPECT_EQ(e.keys, "https://login.microsoftonline.com/contoso.onmicrosoft.com/discovery/v2.0/keys");
  EXPECT_EQ(e.mail_scopes,
            "https://outlook.office.com/IMAP.AccessAsUser.All https://outlook.office.com/SMTP.Send offline_access");
  EXPECT_EQ(e.mail_app_only_scope, "https://outlook.office365.com/.default");
  EXPECT_EQ(e.imap_host, "outlook.office365.com");
  EXPECT_EQ(e.smtp_host, "smtp.office365.com");
  EXPECT_EQ(e.device_authorization, "https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/devicecode");
  EXPECT_EQ(e.admin_consent, "https://login.microsoftonline.com/contoso.onmicrosoft.com/v2.0/adminconsent");
  EXPECT_EQ(e.revocation, "");
  EXPECT_EQ(e.graph, "https://graph.microsoft.com");
  EXPECT_EQ(e.mail_resource, "https://outlook.office.com");
  EXPECT_FALSE(e.google);
}

TEST(endpoints, of_microsoft_have_the_issuer_of_the_directory) {
  EXPECT_EQ(microsoft_endpoints("72F988BF-86f1-41af-91ab-2d7cd011db47").value().issuer,
            "https://login.microsoftonline.com/72f988bf-86f1-41af-91ab-2d7cd011db47/v2.0");
  EXPECT_EQ(microsoft_endpoints("consumers").value().issuer,
            "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0");
  for (const char* several : {"organizations", "common", "contoso.onmicrosoft.com"})
    EXPECT_EQ(microsoft_endpoints(several).value().issuer, "https://login.microsoftonline.com/{tenantid}/v2.0");
}

TEST(endpoints, of_microsoft_let_administrators_consent_where_there_are_any) {
  EXPECT_EQ(microsoft_endpoints("common").value().admin_consent,
            "https://login.microsoftonline.com/organizations/v2.0/adminconsent");
  EXPECT_EQ(microsoft_endpoints("organizations").value().admin_consent,
            "https://login.microsoftonline.com/organizations/v2.0/adminconsent");
  EXPECT_EQ(microsoft_endpoints("consumers").value().admin_consent, "");
  EXPECT_EQ(microsoft_endpoints("9188040d-6c67-4c5b-b112-36a304b66dad").value().admin_consent, "");
}

TEST(endpoints, of_google) {
  const auto e = google_endpoints();
  EXPECT_EQ(e.authorize, "https://accounts.google.com/o/oauth2/v2/auth");
  EXPECT_EQ(e.token, "https://oauth2.googleapis.com/token");
  EXPECT_EQ(e.revocation, "https://oauth2.googleapis.com/revoke");
  EXPECT_EQ(e.discovery, "https://accounts.google.com/.well-known/openid-configuration");
  EXPECT_EQ(e.issuer, "https://accounts.google.com");
  EXPECT_EQ(e.mail_scopes, "https://mail.google.com/");
  EXPECT_TRUE(e.google);
  for (const auto& none : {e.admin_consent, e.graph, e.mail_app_only_scope, e.device_authorization})
    EXPECT_EQ(none, "");
}

TEST(endpoints, of_national_clouds) {
  EXPECT_EQ(microsoft_endpoints("t", cloud::us_gov_high).value().imap_host, "outlook.office365.us");
  EXPECT_EQ(microsoft_endpoints("t", cloud::us_gov_dod).value().smtp_host, "outlook-dod.office365.us");
  EXPECT_TRUE(
      microsoft_endpoints("t", cloud::china).value().token.starts_with("https://login.partner.microsoftonline.cn/t/"));
  EXPECT_EQ(microsoft_endpoints("t", cloud::us_gov_high).value().graph, "https://graph.microsoft.us");
  EXPECT_EQ(microsoft_endpoints("t", cloud::us_gov_high).value().mail_resource, "https://outlook.office365.us");
  EXPECT_EQ(microsoft_endpoints("t", cloud::us_gov_dod).value().graph, "https://dod-graph.microsoft.us");
  EXPECT_EQ(microsoft_endpoints("t", cloud::china).value().graph, "https://microsoftgraph.chinacloudapi.cn");
  EXPECT_EQ(microsoft_endpoints("organizations", cloud::us_gov_dod).value().issuer,
            "https://login.microsoftonline.us/{tenantid}/v2.0");
  EXPECT_EQ(parse_cloud("").value(), cloud::worldwide);
  EXPECT_EQ(parse_cloud("china").value(), cloud::china);
  EXPECT_FALSE(parse_cloud("germany"));
}

TEST(endpoints, are_urls) {
  for (const auto& e : {microsoft_endpoints("organizations").value(), google_endpoints()})
    for (const auto& address : {e.authorize, e.token, e.discovery, e.keys, e.mail_resource})
      EXPECT_TRUE(http::parse_url(address)) << address;
}

TEST(endpoints, a_directory_cannot_leave_its_place) {
  for (const char* bad : {"", "../x", "a/b", "a?b", "a#b", "a b", "a%2fb", "a@b", "..", "\r\n"})
    EXPECT_FALSE(microsoft_endpoints(bad)) << bad;
}

} // namespace
} // namespace postroom::oauth2
