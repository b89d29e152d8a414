#include "sim/identity/permissions.hpp"

#include <gmock/gmock.h>

namespace postroom::sim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(permissions_test, takes_scopes_apart) {
  EXPECT_THAT(split_scopes("  a b  a c "), ElementsAre("a", "b", "c"));
  EXPECT_THAT(split_scopes(""), IsEmpty());
  EXPECT_EQ(split_scope("Mail.Read").resource, "https://graph.microsoft.com");
  EXPECT_EQ(split_scope("https://outlook.office365.com//.default").resource, "https://outlook.office365.com");
  EXPECT_EQ(split_scope("openid").resource, "");
}

TEST(permissions_test, checks_scopes) {
  const auto code = [](face look, std::string_view scopes) { return check_scopes(look, split_scopes(scopes)).code; };
  const auto entra = face::microsoft;
  EXPECT_EQ(code(entra, "openid https://outlook.office.com/SMTP.Send Mail.Send"), 0U);
  EXPECT_EQ(code(entra, "openid https://outlook.office.com/.default"), 0U);
  EXPECT_EQ(code(entra, "Mail.Send https://outlook.office.com/.default"), 70011U);
  EXPECT_EQ(code(entra, "https://outlook.office.com/Mail.Nonsense"), 70011U);
  EXPECT_EQ(code(entra, "https://mail.google.com/"), 500011U);
  EXPECT_EQ(code(face::google, "https://mail.google.com/ openid"), 0U);
  EXPECT_EQ(code(face::google, "https://outlook.office.com/SMTP.Send"), 70011U);
}

TEST(permissions_test, finds_what_nobody_has_consented_to) {
  const std::vector<std::string> asked{"openid", "offline_access", "https://outlook.office.com/SMTP.Send", "Mail.Send"};
  EXPECT_THAT(missing_consents(nullptr, "a@b", asked),
              ElementsAre("offline_access", "https://outlook.office.com/SMTP.Send", "Mail.Send"));
  EXPECT_THAT(missing_consents(nullptr, "a@b", {"openid"}), ElementsAre("openid"));
  service_principal principal;
  record_consent(principal, "A@b", {"https://outlook.office365.com/smtp.send"});
  EXPECT_THAT(missing_consents(&principal, "a@B", asked), ElementsAre("Mail.Send")) << "one resource, several names";
  EXPECT_THAT(missing_consents(&principal, "a@b", {"openid"}), IsEmpty());
  EXPECT_EQ(missing_consents(&principal, "other@b", asked).size(), 3U);
  record_consent(principal, "", {"https://graph.microsoft.com/Mail.Send"});
  EXPECT_THAT(missing_consents(&principal, "other@b", asked), ElementsAre("https://outlook.office.com/SMTP.Send"));
}

TEST(permissions_test, describes_permissions) {
  EXPECT_EQ(describe_permission("https://outlook.office.com/SMTP.Send").title, "Send emails from your mailbox");
  EXPECT_EQ(describe_permission("IMAP.AccessAsApp").title, "Access mailboxes by IMAP");
  EXPECT_EQ(describe_permission("https://ps.outlook.com/.default").explanation, "At https://ps.outlook.com.");
  EXPECT_EQ(describe_permission("Strange.Role").title, "Strange.Role");
  EXPECT_TRUE(needs_administrator("Directory.Read.All"));
  EXPECT_FALSE(needs_administrator("Mail.Read"));
}

} // namespace
} // namespace postroom::sim
