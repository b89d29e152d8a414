#include "storage/blocking.hpp"
#include "storage/directory.hpp"
#include "tests/actors/tenant/tenant_fixture.hpp"

#include <gmock/gmock.h>

namespace postroom::tenant {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

/// A mailbox whose server knows it by its login name only.
class login_names_test : public tenant_fixture {
protected:
  login_names_test() {
    at_server("sales").refused_with = fail(errc::auth_rejected, "AUTHENTICATE failed.");
    put_account("acme", "sales", [](auto& a) { a.set_upn("s.upn@example.com"); });
  }
  /// Login names that are stored.
  std::size_t remembered() {
    return storage::list_all<records::LoginNames>(*memory, storage::space::state,
                                                  storage::keys::all_login_names(tenant_id{"acme"}))
        ->size();
  }
};

TEST_F(login_names_test, is_found_by_it_and_remembers_it) {
  start();
  let_pass(2min);
  EXPECT_EQ(state_of("sales"), mailbox_state::idle);
  EXPECT_EQ(status("sales")->login_name, "s.upn@example.com");
  EXPECT_EQ(open_of("s.upn"), 1U);
  quit(boss);
  const auto dialled = at_server("sales").dialled;
  start();
  let_pass(5s);
  EXPECT_EQ(state_of("sales"), mailbox_state::idle);
  EXPECT_EQ(at_server("sales").dialled, dialled) << "the next start begins with the name that worked";
  EXPECT_EQ(status("sales")->login_name, "s.upn@example.com") << "and says which it is";
}

TEST_F(login_names_test, forgets_it_when_the_account_becomes_another_mailbox) {
  start();
  let_pass(2min);
  ASSERT_EQ(open_of("s.upn"), 1U);
  put_account("acme", "sales", [](auto& a) {
    a.set_email("support@example.com");
    a.set_upn("s2.upn@example.com");
  });
  tell_changed(config_changed::kind::account, "sales");
  let_pass(5s);
  EXPECT_EQ(open_of("s.upn"), 0U) << "it would still open";
  EXPECT_EQ(open_of("support"), 1U);
  EXPECT_EQ(remembered(), 0U);
}

TEST_F(login_names_test, forgets_it_with_the_account) {
  start();
  let_pass(2min);
  EXPECT_EQ(remembered(), 1U);
  erase(storage::keys::account(tenant_id{"acme"}, account_id{"sales"}));
  tell_changed(config_changed::kind::account, "sales");
  EXPECT_EQ(remembered(), 0U);
}

TEST_F(login_names_test, goes_back_to_the_address_when_the_login_name_does_not_work_either) {
  at_server("s.upn").refused_with = fail(errc::auth_rejected, "AUTHENTICATE failed.");
  start();
  let_pass(2min);
  EXPECT_GE(at_server("sales").dialled, 2U);
  at_server("sales").refused_with.reset();
  let_pass(20min, 5s);
  EXPECT_EQ(state_of("sales"), mailbox_state::idle);
}

TEST(login_names, tries_each_name_once_the_likeliest_first) {
  records::Account account;
  account.set_email("sales@example.com");
  EXPECT_THAT(login_names_of(account, {}), ElementsAre("sales@example.com"));
  account.set_upn("s.upn@example.com");
  EXPECT_THAT(login_names_of(account, {}), ElementsAre("sales@example.com", "s.upn@example.com"));
  EXPECT_THAT(login_names_of(account, "s.upn@example.com"), ElementsAre("s.upn@example.com", "sales@example.com"));
  EXPECT_THAT(login_names_of(account, "S.Upn@example.com"), ElementsAre("s.upn@example.com", "sales@example.com"));
  EXPECT_THAT(login_names_of(account, "other@example.com"), ElementsAre("sales@example.com", "s.upn@example.com"))
      << "it may open, and be another mailbox";
  account.clear_upn();
  account.set_username("Sales@Example.com");
  EXPECT_THAT(login_names_of(account, {}), ElementsAre("Sales@Example.com")) << "what was said is not given up";
}

} // namespace
} // namespace postroom::tenant
