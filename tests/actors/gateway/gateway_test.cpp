#include "actors/gateway/gateway.hpp"

#include "storage/keys.hpp"
#include "tests/actors/support/world_fixture.hpp"

#include <gtest/gtest.h>

namespace postroom::gateway {
namespace {

using namespace std::chrono_literals;
using kind = config_changed::kind;

class gateway_test : public testing::Test, public world_fixture {
protected:
  gateway_test() {
    add_tenant("acme", {"sales", "support"});
    add_tenant("zoo", {"keeper"});
  }
  ~gateway_test() override { quit(root); }

  void add_tenant(const std::string& id, const std::vector<std::string>& accounts) {
    put_tenant(id);
    put_provider(id, "mail", "password");
    put_grant(id, "andrea", "mail", "password");
    for (const auto& each : accounts)
      put_account(id, each);
  }
  void start() {
    root = system.spawn(gateway, &world);
    settle();
  }
  void tell_changed(kind what, const std::string& tenant, const std::string& id) {
    caf::anon_send(root, config_changed{what, tenant_id{tenant}, id});
    settle();
  }
  result<account_status> status(const std::string& tenant, const std::string& account) {
    return ask<account_status>(root, ask_account{tenant_id{tenant}, account_id{account}}).get();
  }
  overview counts() { return *ask<overview>(root, ask_overview{}).get(); }
  std::size_t accounts_of(const std::string& tenant) {
    return ask<account_statuses>(root, ask_accounts{tenant_id{tenant}}).get()->accounts.size();
  }
  std::size_t dialled(const std::string& account) { return server.accounts[account + "@example.com"].dialled; }
  /// Reading one account of this tenant again crashes whoever asks.
  void crash(const std::string& tenant) {
    store.before_get = [](const storage::record_key&) { throw std::runtime_error("a bug"); };
    tell_changed(kind::account, tenant, "any");
    store.before_get = {};
  }

  gateway_self root;
};

TEST_F(gateway_test, runs_every_stored_tenant) {
  start();
  const auto all = counts();
  EXPECT_EQ(all.mailboxes, 3U);
  EXPECT_EQ(all.in_step, 3U);
  EXPECT_TRUE(all.configuration_loaded);
  EXPECT_EQ(accounts_of("acme"), 2U);
  EXPECT_EQ(accounts_of("zoo"), 1U);
  EXPECT_EQ(accounts_of(""), 3U);
  EXPECT_EQ(status("zoo", "keeper")->state, mailbox_state::idle);
  EXPECT_EQ(status("acme", "keeper").error().code, errc::not_found) << "tenants do not see each other";
  EXPECT_EQ(status("nobody", "keeper").error().code, errc::not_found);
}

TEST_F(gateway_test, runs_more_tenants_than_one_page_of_the_store_holds) {
  for (std::size_t i = 0; i < limits::page_items_max + 1; ++i)
    put_tenant("t" + std::to_string(i));
  add_tenant("zz", {"last"});
  start();
  EXPECT_EQ(status("zz", "last")->state, mailbox_state::idle);
}

TEST_F(gateway_test, is_not_ready_before_its_configuration_is_read) {
  store.snapshots_fail = fail(errc::store_unavailable, "not now");
  start();
  EXPECT_FALSE(counts().configuration_loaded);
  store.snapshots_fail.reset();
  let_pass(5s);
  EXPECT_TRUE(counts().configuration_loaded);
  EXPECT_EQ(counts().in_step, 3U);
}

TEST_F(gateway_test, starts_a_tenant_that_is_added_and_ends_one_that_is_removed) {
  start();
  add_tenant("new", {"first"});
  tell_changed(kind::tenant, "new", "new");
  EXPECT_EQ(status("new", "first")->state, mailbox_state::idle);
  erase(storage::keys::tenant(tenant_id{"acme"}));
  tell_changed(kind::tenant, "acme", "acme");
  EXPECT_EQ(status("acme", "sales").error().code, errc::not_found);
  EXPECT_EQ(server.open_count(), 2U);
  EXPECT_EQ(dialled("keeper"), 1U);
}

TEST_F(gateway_test, runs_a_tenant_again_that_was_removed_and_stored_anew_before_it_had_ended) {
  start();
  caf::anon_send(root, tenants_read{{"zoo"}, {}}); // what was read between the two
  settle();
  EXPECT_EQ(status("acme", "sales")->state, mailbox_state::idle);
  EXPECT_EQ(server.open_count(), 3U);
}

TEST_F(gateway_test, passes_a_change_on_to_its_tenant) {
  start();
  put_account("zoo", "visitor");
  tell_changed(kind::account, "zoo", "visitor");
  EXPECT_EQ(status("zoo", "visitor")->state, mailbox_state::idle);
}

TEST_F(gateway_test, restarts_a_crashed_tenant_and_leaves_the_others_alone) {
  start();
  crash("acme");
  EXPECT_EQ(status("acme", "sales").error().code, errc::busy) << "it exists, and whoever asks again finds it";
  EXPECT_EQ(counts().in_step, 1U) << "the others still answer";
  let_pass(2s);
  EXPECT_EQ(status("acme", "sales")->state, mailbox_state::idle);
  EXPECT_EQ(dialled("sales"), 2U);
  EXPECT_EQ(dialled("keeper"), 1U);
  EXPECT_EQ(server.open_count(), 3U) << "no mailbox of the crashed tenant is left beside the new one";
}

TEST_F(gateway_test, forgives_a_tenant_that_worked_for_a_while) {
  start();
  for (std::uint32_t i = 0; i < restart_policy::failures_max + 2; ++i) {
    crash("acme");
    let_pass(6min, 10s);
  }
  crash("acme");
  let_pass(2s);
  EXPECT_EQ(status("acme", "sales")->state, mailbox_state::idle)
      << "ten crashes in an hour's span are not ten in a row";
}

TEST_F(gateway_test, does_not_restart_a_crashed_tenant_that_was_removed_meanwhile) {
  start();
  crash("acme");
  erase(storage::keys::tenant(tenant_id{"acme"}));
  tell_changed(kind::tenant, "acme", "acme");
  let_pass(10s);
  EXPECT_EQ(server.open_count(), 1U);
}

TEST_F(gateway_test, ends_with_everything_below_it_without_letting_time_pass) {
  start();
  quit(root);
  const auto answer = ask<overview>(root, ask_overview{});
  ASSERT_TRUE(answer.there());
  EXPECT_FALSE(answer.get());
  EXPECT_EQ(server.open_count(), 0U);
}

TEST_F(gateway_test, ends_also_when_it_never_could_read_its_configuration) {
  store.snapshots_fail = fail(errc::store_unavailable, "not now");
  start();
  quit(root);
  EXPECT_FALSE(ask<overview>(root, ask_overview{}).get());
}

} // namespace
} // namespace postroom::gateway
