#include "storage/grant_search.hpp"

#include <gtest/gtest.h>

namespace postroom::storage {
namespace {

records::Grant signed_in(const std::string& id, const std::string& delegate, const std::string& upn, int at) {
  records::Grant of;
  of.set_id(id);
  of.set_provider("azure");
  of.set_kind("refresh_token");
  of.set_delegate(delegate);
  of.set_upn(upn);
  of.set_signed_in_ms(at);
  return of;
}

records::Account of_delegate(const std::string& delegate) {
  records::Account account;
  account.set_provider("azure");
  account.set_delegate(delegate);
  return account;
}

TEST(grant_search, finds_who_signed_in_by_address_and_by_login_name) {
  grant_search grants;
  grants.add(signed_in("andrea", "andrea@contoso.example", "Andrea@contoso.example", 1));
  grants.add(signed_in("otto", "otto@contoso.example", "otto@contoso.local", 1));
  ASSERT_TRUE(grants.of(of_delegate("andrea@contoso.example")));
  EXPECT_EQ(grants.of(of_delegate("andrea@contoso.example"))->id(), "andrea");
  ASSERT_TRUE(grants.of(of_delegate("otto@contoso.local")));
  EXPECT_EQ(grants.of(of_delegate("otto@contoso.local"))->id(), "otto");
  EXPECT_FALSE(grants.of(of_delegate("mia@contoso.example")));
}

TEST(grant_search, prefers_the_latest_that_was_not_given_up) {
  grant_search grants;
  grants.add(signed_in("old", "andrea@contoso.example", "andrea@contoso.example", 1));
  grants.add(signed_in("new", "andrea@contoso.example", "andrea@contoso.example", 3));
  auto revoked = signed_in("revoked", "andrea@contoso.example", "andrea@contoso.example", 5);
  revoked.set_revoked_ms(6);
  grants.add(revoked);
  EXPECT_EQ(grants.of(of_delegate("andrea@contoso.example"))->id(), "new");
}

} // namespace
} // namespace postroom::storage
