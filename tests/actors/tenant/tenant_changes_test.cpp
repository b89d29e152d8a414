#include "storage/directory.hpp"
#include "tests/actors/tenant/tenant_fixture.hpp"

namespace postroom::tenant {
namespace {

using namespace std::chrono_literals;
using mood = pretended_server::mood;
using kind = config_changed::kind;

class tenant_changes_test : public tenant_fixture {};

TEST_F(tenant_changes_test, starts_an_account_that_is_added) {
  start();
  put_account("acme", "sales");
  tell_changed(kind::account, "sales");
  EXPECT_EQ(state_of("sales"), mailbox_state::idle);
}

TEST_F(tenant_changes_test, runs_a_changed_account_as_it_is_now) {
  put_account("acme", "sales");
  put_account("acme", "support");
  start();
  put_account("acme", "sales", [](auto& a) { a.set_username("shared@example.com"); });
  tell_changed(kind::account, "sales");
  EXPECT_EQ(open_of("sales"), 0U);
  EXPECT_EQ(open_of("shared"), 1U);
  EXPECT_EQ(state_of("sales"), mailbox_state::idle);
  EXPECT_EQ(at_server("support").dialled, 1U);
}

TEST_F(tenant_changes_test, ends_an_account_that_is_removed) {
  put_account("acme", "sales");
  put_account("acme", "support");
  start();
  erase(storage::keys::account(tenant_id{"acme"}, account_id{"sales"}));
  tell_changed(kind::account, "sales");
  EXPECT_EQ(status("sales").error().code, errc::not_found);
  EXPECT_EQ(open_of("sales"), 0U);
  EXPECT_EQ(open_of("support"), 1U);
  EXPECT_EQ(counts().mailboxes, 1U);
  let_pass(10min, 10s);
  EXPECT_EQ(open_of("sales"), 0U) << "nothing brings it back";
}

TEST_F(tenant_changes_test, does_not_restart_an_account_that_was_removed_while_it_waited_for_its_restart) {
  put_account("acme", "bad");
  at_server("bad").mood = mood::crashes_us;
  start();
  erase(storage::keys::account(tenant_id{"acme"}, account_id{"bad"}));
  tell_changed(kind::account, "bad");
  let_pass(10min, 10s);
  EXPECT_EQ(at_server("bad").dialled, 1U);
}

TEST_F(tenant_changes_test, switches_an_account_off_and_on) {
  put_account("acme", "sales");
  start();
  put_account("acme", "sales", [](auto& a) { a.set_active(false); });
  tell_changed(kind::account, "sales");
  EXPECT_EQ(state_of("sales"), mailbox_state::inactive);
  EXPECT_EQ(server.open_count(), 0U);
  EXPECT_EQ(counts().mailboxes, 0U);
  put_account("acme", "sales");
  tell_changed(kind::account, "sales");
  EXPECT_EQ(state_of("sales"), mailbox_state::idle);
}

TEST_F(tenant_changes_test, tries_at_once_after_a_new_sign_in) {
  put_account("acme", "sales", [](auto& a) { a.set_grant("berta"); });
  put_account("acme", "support");
  start();
  EXPECT_EQ(status("sales")->last_error->code, errc::grant_dead);
  put_grant("acme", "berta", "mail", "password");
  tell_changed(kind::grant, "berta");
  EXPECT_EQ(state_of("sales"), mailbox_state::idle) << "without waiting for the next try";
  EXPECT_EQ(at_server("support").dialled, 1U) << "who is in step is left alone";
}

TEST_F(tenant_changes_test, moves_the_mailboxes_of_a_changed_provider_to_its_new_host) {
  put_account("acme", "sales");
  start();
  auto provider = put_provider("acme", "mail", "password");
  provider.set_imap_host("new.example.com");
  storage::batch change;
  change.id.bytes[0] = 1;
  change.operations.emplace_back(storage::put_config(provider, {}));
  memory->commit(change, [](auto r) { ASSERT_EQ(r.outcome, storage::outcome::committed); });
  tell_changed(kind::provider, "mail");
  ASSERT_EQ(open_of("sales"), 1U);
  EXPECT_EQ(server.open_sessions("sales@example.com")[0]->target.host, "new.example.com");
}

TEST_F(tenant_changes_test, answers_who_asks_for_what_was_made_a_moment_ago) {
  start();
  put_provider("acme", "azure", "microsoft_azure");
  caf::anon_send(boss, config_changed{kind::provider, tenant_id{"acme"}, "azure"});
  // Behind the change, but before the store has answered.
  const auto there = ask<provider_status>(boss, ask_provider{tenant_id{"acme"}, provider_id{"azure"}});
  settle();
  ASSERT_TRUE(there.there());
  EXPECT_TRUE(there.get()) << to_string(there.get().error());
  const auto never = ask<provider_status>(boss, ask_provider{tenant_id{"acme"}, provider_id{"none"}});
  ASSERT_TRUE(never.there());
  EXPECT_EQ(never.get().error().code, errc::not_found);
}

TEST_F(tenant_changes_test, says_what_is_missing_when_a_provider_is_removed) {
  put_account("acme", "sales");
  start();
  erase(storage::keys::provider(tenant_id{"acme"}, provider_id{"mail"}));
  tell_changed(kind::provider, "mail");
  EXPECT_EQ(server.open_count(), 0U);
  EXPECT_EQ(status("sales")->last_error->code, errc::invalid_argument);
  put_provider("acme", "mail", "password");
  tell_changed(kind::provider, "mail");
  EXPECT_EQ(state_of("sales"), mailbox_state::idle);
}

TEST_F(tenant_changes_test, ends_with_all_its_children_without_waiting_for_any_server) {
  for (int i = 0; i < 20; ++i)
    put_account("acme", "a" + std::to_string(i));
  put_account("acme", "silent");
  at_server("silent").mood = mood::silent;
  put_account("acme", "bad");
  at_server("bad").mood = mood::crashes_us;
  start();
  EXPECT_EQ(server.open_count(), 21U);
  quit(boss);
  EXPECT_TRUE(ended()) << "no time has passed";
  EXPECT_EQ(server.open_count(), 0U);
}

TEST_F(tenant_changes_test, starts_nothing_while_it_ends) {
  put_account("acme", "sales");
  start();
  auto record = std::make_shared<records::Account>(put_account("acme", "late"));
  // The exit comes first, then what the store answers to an earlier question; only then do the mailboxes hear of it.
  caf::anon_send_exit(boss, caf::exit_reason::user_shutdown);
  caf::anon_send(boss, account_read{"late", record});
  settle();
  EXPECT_EQ(at_server("late").dialled, 0U);
  EXPECT_TRUE(ended());
  EXPECT_EQ(server.open_count(), 0U);
}

} // namespace
} // namespace postroom::tenant
