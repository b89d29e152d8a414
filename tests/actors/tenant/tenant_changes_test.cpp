#include "actors/admission/host_row.hpp"
#include "storage/blocking.hpp"
#include "storage/directory.hpp"
#include "tests/actors/tenant/tenant_fixture.hpp"

namespace postroom::tenant {
namespace {

using namespace std::chrono_literals;
using mood = pretended_server::mood;
using kind = config_changed::kind;

class tenant_changes_test : public tenant_fixture {
protected:
  void nobody_reaches(const std::string& host) {
    for (std::uint32_t i = 0; i < admission::host_row::failures_until_down; ++i)
      caf::anon_send(world.admission, connection_tried{host, 993, false});
  }
  std::vector<account_status> listed() {
    return ask<account_statuses>(boss, ask_accounts{tenant_id{"acme"}}).get()->accounts;
  }
};

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

TEST_F(tenant_changes_test, announces_the_mail_of_another_mailbox_that_has_the_same_numbers) {
  put_account("acme", "sales");
  for (int i = 0; i < 3; ++i)
    at_server("sales").deliver();
  start();
  ASSERT_EQ(events_of("acme").size(), 3U);
  for (int i = 0; i < 2; ++i)
    at_server("shared").deliver("Berta <berta@example.com>");
  put_account("acme", "sales", [](auto& a) { a.set_username("shared@example.com"); });
  tell_changed(kind::account, "sales");
  at_server("shared").deliver("Berta <berta@example.com>");
  server.announce("shared@example.com");
  settle();
  EXPECT_EQ(events_of("acme").size(), 6U);
}

TEST_F(tenant_changes_test, begins_anew_with_another_mailbox_as_its_policy_says) {
  const auto wants_new = [](auto& a) { a.set_catch_up("new"); };
  put_account("acme", "sales", wants_new);
  start();
  at_server("sales").deliver();
  server.announce("sales@example.com");
  settle();
  ASSERT_EQ(events_of("acme").size(), 1U);
  for (int i = 0; i < 5; ++i)
    at_server("shared").deliver();
  put_account("acme", "sales", [&](auto& a) {
    wants_new(a);
    a.set_email("shared@example.com");
  });
  tell_changed(kind::account, "sales");
  EXPECT_EQ(events_of("acme").size(), 1U) << "of what was there nothing is wanted";
  at_server("shared").deliver();
  server.announce("shared@example.com");
  settle();
  EXPECT_EQ(events_of("acme").size(), 2U);
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

TEST_F(tenant_changes_test, shows_nothing_in_step_that_waits_for_its_turn_before_a_server) {
  put_account("acme", "sales");
  put_account("acme", "support");
  start();
  ASSERT_EQ(counts().in_step, 2U);
  nobody_reaches("new.example.com");
  auto provider = put_provider("acme", "mail", "password");
  provider.set_imap_host("new.example.com");
  ASSERT_TRUE(storage::commit_now(*memory, {storage::put_config(provider, {})}));
  tell_changed(kind::provider, "mail");
  EXPECT_EQ(counts().in_step, 0U);
  for (const auto& each : listed()) {
    EXPECT_EQ(each.state, mailbox_state::waiting);
    EXPECT_FALSE(each.in_step);
  }
}

TEST_F(tenant_changes_test, lists_those_who_wait_for_their_first_turn_as_waiting) {
  put_account("acme", "sales");
  nobody_reaches("mail.example.com");
  start();
  ASSERT_EQ(listed().size(), 1U);
  EXPECT_EQ(listed()[0].account.str(), "sales");
  EXPECT_EQ(listed()[0].state, mailbox_state::waiting);
  EXPECT_TRUE(metrics_show("postroom_mailboxes{state=\"waiting\"} 1"));
}

TEST_F(tenant_changes_test, runs_an_account_once_that_was_removed_and_made_anew) {
  const auto record = std::make_shared<records::Account>(put_account("acme", "sales"));
  start();
  // Both before the one that runs has ended.
  caf::anon_send(boss, account_read{"sales", nullptr});
  caf::anon_send(boss, account_read{"sales", record});
  settle();
  let_pass(10s);
  EXPECT_EQ(open_of("sales"), 1U);
  EXPECT_EQ(at_server("sales").dialled, 2U);
  quit(boss);
  EXPECT_EQ(server.open_count(), 0U);
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
