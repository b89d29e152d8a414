#include "tests/actors/tenant/tenant_fixture.hpp"

namespace postroom::tenant {
namespace {

using namespace std::chrono_literals;
using mood = pretended_server::mood;
using kind = config_changed::kind;

class tenant_test : public tenant_fixture {};

TEST_F(tenant_test, runs_what_is_stored) {
  put_account("acme", "sales");
  put_account("acme", "support");
  put_account("other", "foreign");
  put_account("acme", "off", [](auto& a) { a.set_active(false); });
  put_account("acme", "lost", [](auto& a) { a.set_provider("missing"); });
  start();
  EXPECT_EQ(state_of("sales"), mailbox_state::idle);
  EXPECT_EQ(state_of("support"), mailbox_state::idle);
  EXPECT_EQ(state_of("off"), mailbox_state::inactive);
  EXPECT_EQ(state_of("lost"), mailbox_state::waiting);
  EXPECT_EQ(status("lost")->last_error->code, errc::invalid_argument) << "a bad account must not stop the good ones";
  EXPECT_EQ(status("foreign").error().code, errc::not_found);
  EXPECT_EQ(server.open_count(), 2U);
  const auto all = counts();
  EXPECT_EQ(all.mailboxes, 3U) << "active ones";
  EXPECT_EQ(all.in_step, 2U);
  EXPECT_TRUE(all.configuration_loaded);
}

TEST_F(tenant_test, tries_again_when_its_configuration_cannot_be_read) {
  put_account("acme", "sales");
  store.snapshots_fail = fail(errc::store_unavailable, "not now");
  start();
  EXPECT_FALSE(counts().configuration_loaded);
  store.snapshots_fail.reset();
  let_pass(3s);
  EXPECT_TRUE(counts().configuration_loaded);
  EXPECT_EQ(state_of("sales"), mailbox_state::idle);
}

TEST_F(tenant_test, does_not_lose_a_change_that_comes_while_it_reads) {
  put_account("acme", "sales");
  store.snapshots_fail = fail(errc::store_unavailable, "not now");
  start();
  auto read_before = std::make_shared<tenant_config>();
  read_before->providers["mail"] = put_provider("acme", "mail", "password");
  read_before->accounts["sales"] = put_account("acme", "sales");
  store.snapshots_fail.reset();
  put_account("acme", "sales", [](auto& a) { a.set_username("shared@example.com"); });
  put_account("acme", "support");
  tell_changed(kind::account, "sales");
  tell_changed(kind::account, "support");
  caf::anon_send(boss, config_loaded{read_before, {}});
  settle();
  EXPECT_EQ(open_of("shared"), 1U);
  EXPECT_EQ(state_of("support"), mailbox_state::idle);
}

TEST_F(tenant_test, lets_no_crash_touch_siblings) {
  put_account("acme", "sales");
  put_account("acme", "bad");
  at_server("bad").mood = mood::crashes_us;
  start();
  EXPECT_EQ(state_of("bad"), mailbox_state::waiting);
  EXPECT_EQ(status("bad")->last_error->code, errc::internal);
  let_pass(30min, 5s);
  EXPECT_EQ(state_of("sales"), mailbox_state::idle);
  EXPECT_EQ(at_server("sales").dialled, 1U) << "its connection was never disturbed";
}

TEST_F(tenant_test, restarts_a_crashed_mailbox_ever_later_and_then_parks_it) {
  put_account("acme", "bad");
  at_server("bad").mood = mood::crashes_us;
  start();
  EXPECT_EQ(at_server("bad").dialled, 1U);
  let_pass(1s);
  EXPECT_EQ(at_server("bad").dialled, 2U) << "the first delay is at most a second";
  let_pass(3min);
  EXPECT_EQ(at_server("bad").dialled, restart_policy::failures_max);
  EXPECT_EQ(state_of("bad"), mailbox_state::degraded);
  EXPECT_EQ(counts().degraded, 1U);
  EXPECT_TRUE(metrics_show("postroom_actor_restarts_total{actor=\"mailbox\"} 8"));
  let_pass(1h, 10s);
  EXPECT_EQ(at_server("bad").dialled, restart_policy::failures_max + 12) << "parked: retried every five minutes";
}

TEST_F(tenant_test, brings_a_parked_mailbox_back_when_its_cause_is_gone) {
  put_account("acme", "bad");
  at_server("bad").mood = mood::crashes_us;
  start();
  let_pass(3min);
  ASSERT_EQ(state_of("bad"), mailbox_state::degraded);
  at_server("bad").mood = mood::serves;
  let_pass(5min);
  EXPECT_EQ(state_of("bad"), mailbox_state::idle);
  EXPECT_EQ(counts().degraded, 0U);
  EXPECT_EQ(counts().in_step, 1U);
}

TEST_F(tenant_test, forgives_a_mailbox_that_worked_for_a_while) {
  put_account("acme", "bad");
  at_server("bad").mood = mood::crashes_us;
  start();
  let_pass(3min);
  at_server("bad").mood = mood::serves;
  let_pass(11min);
  ASSERT_EQ(state_of("bad"), mailbox_state::idle);
  at_server("bad").mood = mood::crashes_us;
  pretended_server::drop(*server.open_sessions("bad@example.com").at(0), fail(errc::connection_lost, "gone"));
  let_pass(2s, 100ms);
  EXPECT_EQ(state_of("bad"), mailbox_state::waiting) << "not parked: this is its first failure";
}

TEST_F(tenant_test, retries_a_parked_mailbox_at_once_when_its_account_changes) {
  auto account = put_account("acme", "bad");
  at_server("bad").mood = mood::crashes_us;
  start();
  let_pass(3min);
  ASSERT_EQ(state_of("bad"), mailbox_state::degraded);
  at_server("bad").mood = mood::serves;
  tell_changed(kind::account, "bad");
  EXPECT_EQ(state_of("bad"), mailbox_state::idle);
  let_pass(10min, 10s);
  EXPECT_EQ(open_of("bad"), 1U) << "the retry that was planned must not start a second one";
}

TEST_F(tenant_test, brings_a_crashed_provider_back_with_its_mailboxes) {
  put_provider("acme", "platform", "generic_oidc");
  put_grant("acme", "berta", "platform", "refresh_token");
  put_account("acme", "sales", [](auto& a) {
    a.set_provider("platform");
    a.set_grant("berta");
  });
  put_account("acme", "other");
  http.crashes_us = true;
  start();
  EXPECT_EQ(state_of("sales"), mailbox_state::waiting);
  const auto down = ask<provider_status>(boss, ask_provider{tenant_id{"acme"}, provider_id{"platform"}});
  EXPECT_EQ(down.get().error().code, errc::busy) << "it exists, and whoever asks again finds it";
  http.crashes_us = false;
  for (int i = 0; i < 600 && http.open.empty(); ++i)
    let_pass(1s);
  http.grant_token("access");
  settle();
  EXPECT_EQ(state_of("sales"), mailbox_state::idle);
  EXPECT_EQ(at_server("other").dialled, 1U) << "another provider's mailbox";
}

TEST_F(tenant_test, takes_its_children_along_when_it_crashes) {
  put_account("acme", "sales");
  start();
  ASSERT_EQ(server.open_count(), 1U);
  store.before_get = [](const storage::record_key&) { throw std::runtime_error("a bug"); };
  tell_changed(kind::account, "sales");
  EXPECT_TRUE(ended());
  EXPECT_EQ(server.open_count(), 0U) << "a mailbox without a supervisor would run beside its successor";
}

} // namespace
} // namespace postroom::tenant
