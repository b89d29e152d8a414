#pragma once

#include "actors/tenant/tenant.hpp"
#include "storage/keys.hpp"
#include "tests/actors/support/world_fixture.hpp"

#include <gtest/gtest.h>

namespace postroom::tenant {

/// One tenant with a provider that needs no platform.
class tenant_fixture : public testing::Test, public world_fixture {
protected:
  tenant_fixture() {
    put_provider("acme", "mail", "password");
    put_grant("acme", "andrea", "mail", "password");
  }
  ~tenant_fixture() override { quit(boss); }

  void start() {
    boss = system.spawn(tenant, tenant_id{"acme"}, &world);
    settle();
  }
  void tell_changed(config_changed::kind what, const std::string& id) {
    caf::anon_send(boss, config_changed{what, tenant_id{"acme"}, id});
    settle();
  }
  result<account_status> status(const std::string& account) {
    return ask<account_status>(boss, ask_account{tenant_id{"acme"}, account_id{account}}).get();
  }
  mailbox_state state_of(const std::string& account) { return status(account)->state; }
  overview counts() { return *ask<overview>(boss, ask_overview{}).get(); }
  bool ended() {
    const auto answer = ask<overview>(boss, ask_overview{});
    return answer.there() && !answer.get();
  }
  pretended_server::account& at_server(const std::string& account) { return server.accounts[account + "@example.com"]; }
  std::size_t open_of(const std::string& account) { return server.open_sessions(account + "@example.com").size(); }

  tenant_actor boss;
};

} // namespace postroom::tenant
