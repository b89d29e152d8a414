#include "storage/directory.hpp"
#include "tests/actors/tenant/tenant_fixture.hpp"

namespace postroom::tenant {
namespace {

using kind = config_changed::kind;

class credentials_test : public tenant_fixture {
protected:
  void change_secret() {
    auto provider = put_provider("acme", "mail", "password");
    provider.set_client_secret("sealed anew");
    storage::batch change;
    change.id.bytes[0] = 1;
    change.operations.emplace_back(storage::put_config(provider, {}));
    memory->commit(change, [](auto r) { ASSERT_EQ(r.outcome, storage::outcome::committed); });
    tell_changed(kind::provider, "mail");
  }
};

TEST_F(credentials_test, that_are_new_leave_those_in_step_alone_and_wake_the_others) {
  put_account("acme", "sales");
  put_account("acme", "support");
  at_server("support").mood = pretended_server::mood::refuses;
  start();
  ASSERT_EQ(state_of("sales"), mailbox_state::idle);
  at_server("support").mood = pretended_server::mood::serves;
  change_secret();
  EXPECT_EQ(at_server("sales").dialled, 1U);
  EXPECT_EQ(state_of("sales"), mailbox_state::idle);
  EXPECT_EQ(state_of("support"), mailbox_state::idle) << "without waiting for the next try";
}

} // namespace
} // namespace postroom::tenant
