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
}

TEST(endpoints, of_national_clouds) {
  EXPECT_EQ(microsoft_endpoints("t", cloud::us_gov_high).value().imap_host, "outlook.office365.us");
  EXPECT_EQ(microsoft_endpoints("t", cloud::us_gov_dod).value().smtp_host, "outlook-dod.office365.us");
  EXPECT_TRUE(
      microsoft_endpoints("t", cloud::china).value().token.starts_with("https://login.partner.microsoftonline.cn/t/"));
  EXPECT_EQ(parse_cloud("").value(), cloud::worldwide);
  EXPECT_EQ(parse_cloud("china").value(), cloud::china);
  EXPECT_FALSE(parse_cloud("germany"));
}

TEST(endpoints, are_urls) {
  for (const auto& e : {microsoft_endpoints("organizations").value(), google_endpoints()})
    for (const auto& address : {e.authorize, e.token, e.discovery, e.keys})
      EXPECT_TRUE(http::parse_url(address)) << address;
}

TEST(endpoints, a_directory_cannot_leave_its_place) {
  for (const char* bad : {"", "../x", "a/b", "a?b", "a#b", "a b", "a%2fb", "a@b", "..", "\r\n"})
    EXPECT_FALSE(microsoft_endpoints(bad)) << bad;
}

} // namespace
} // namespace postroom::oauth2
