#include "actors/doctor/remedies.hpp"
#include "tests/actors/doctor/cases.hpp"

#include <gtest/gtest.h>

namespace postroom::doctor::test {
namespace {

TEST(remedies, name_who_is_who) {
  const auto who = names_of(microsoft_facts(), healthy());
  EXPECT_EQ(enable_imap(who.mailbox),
            "`Set-CASMailbox support@contoso.com -ImapEnabled $true`; it takes up to an hour to work");
  EXPECT_EQ(grant_send_as(who.mailbox, who.delegate),
            "`Add-RecipientPermission support@contoso.com -Trustee andrea@contoso.com -AccessRights SendAs`; it takes "
            "up to an hour to work");
  EXPECT_EQ(set_account(who, "folder", "INBOX"), "`postroom account set support --folder INBOX`");
}

TEST(remedies, fill_the_places_they_know) {
  const auto who = names_of(microsoft_facts(), healthy());
  EXPECT_EQ(fill("`A <mailbox> -User <delegate>` <service principal> < <provider>", who),
            "`A support@contoso.com -User andrea@contoso.com` <service principal> < azure");
  EXPECT_EQ(fill("<mailbox>", {}), "<mailbox>");
  EXPECT_EQ(fill("", who), "");
}

TEST(remedies, let_no_name_break_a_command) {
  EXPECT_EQ(argument("a.b-c_d+e@contoso.com"), "a.b-c_d+e@contoso.com");
  EXPECT_EQ(argument("x; rm -rf /"), "'x; rm -rf /'");
  EXPECT_EQ(argument("o'hara@contoso.com"), "'o''hara@contoso.com'");
  EXPECT_EQ(argument("a`b\nc"), "'abc'");
  EXPECT_EQ(argument("-Force"), "'-Force'");
  EXPECT_EQ(argument(""), "''");
  EXPECT_EQ(argument("$(id)@x"), "'$(id)@x'");
}

TEST(remedies, know_whose_sign_in_it_is) {
  auto e = healthy();
  e.token->delegate = "andrea.upn@contoso.com";
  EXPECT_EQ(names_of(microsoft_facts(), e).delegate, "andrea.upn@contoso.com");
  e.grant->kind = "client_credentials";
  EXPECT_EQ(names_of(microsoft_facts(), e).delegate, "");
  EXPECT_EQ(names_of(microsoft_facts(), {}).delegate, andrea);
  EXPECT_EQ(names_of(password_facts(), healthy()).delegate, "");
}

} // namespace
} // namespace postroom::doctor::test
