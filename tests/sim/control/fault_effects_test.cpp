#include "sim/control/fault_effects.hpp"

#include "tests/sim/world_fixture.hpp"

namespace postroom::sim {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

class fault_effects_test : public world_test {
protected:
  std::uint64_t add(fault what) { return it().faults.add(std::move(what)).value(); }
  void work() { carry_out_faults(it(), servers_); }
  folder& inbox_of(std::string_view address) { return it().mail.find(address)->inbox(); }

  noted_servers servers_;
};

TEST_F(fault_effects_test, moves_the_wall_clock_and_back) {
  const auto id = add({.kind = fault_kind::clock_skew, .at = 1s, .amount = -300});
  work();
  EXPECT_EQ(it().time.now(), time.now());
  time.advance(1s);
  work();
  EXPECT_EQ(it().time.now(), time.now() - 300s);
  EXPECT_EQ(it().time.ticks(), time.ticks());
  EXPECT_TRUE(it().faults.remove(id));
  work();
  EXPECT_EQ(it().time.now(), time.now());
}

TEST_F(fault_effects_test, begins_and_ends_outages) {
  add({.kind = fault_kind::outage, .at = 1s, .lasts = 2s});
  work();
  EXPECT_FALSE(servers_.outage);
  time.advance(1s);
  work();
  EXPECT_TRUE(servers_.outage);
  time.advance(2s);
  work();
  EXPECT_FALSE(servers_.outage);
}

TEST_F(fault_effects_test, drops_and_expires_the_sessions_chosen_once) {
  servers_.sessions = {"support@contoso.test", "sales@contoso.test", ""};
  add({.kind = fault_kind::drop});
  add({.kind = fault_kind::session_expired, .names = {"sales@contoso.test"}});
  work();
  EXPECT_THAT(servers_.dropped, ElementsAre("support@contoso.test", "sales@contoso.test", ""));
  EXPECT_THAT(servers_.expired, ElementsAre("sales@contoso.test"));
  servers_.dropped.clear();
  work();
  EXPECT_THAT(servers_.dropped, IsEmpty());
}

TEST_F(fault_effects_test, renumbers_inboxes) {
  const auto before = inbox_of("support@contoso.test").uid_validity();
  add({.kind = fault_kind::uidvalidity, .names = {"support@contoso.test"}});
  work();
  EXPECT_NE(inbox_of("support@contoso.test").uid_validity(), before);
  EXPECT_EQ(inbox_of("sales@contoso.test").uid_validity(), before);
}

TEST_F(fault_effects_test, deletes_the_share_spread_evenly) {
  for (int i = 0; i < 7; ++i)
    (void)it().deliver_generated("support@contoso.test");
  add({.kind = fault_kind::mass_delete, .names = {"support@contoso.test"}, .amount = 50});
  work();
  std::vector<std::uint32_t> left;
  for (const auto& each : inbox("support@contoso.test"))
    left.push_back(each.uid);
  EXPECT_THAT(left, ElementsAre(1, 3, 5, 7, 9));
  EXPECT_EQ(inbox("sales@contoso.test").size(), 3U);
  add({.kind = fault_kind::mass_delete, .amount = 100});
  work();
  EXPECT_THAT(inbox("support@contoso.test"), IsEmpty());
  EXPECT_THAT(inbox("sales@contoso.test"), IsEmpty());
}

TEST_F(fault_effects_test, changes_the_signing_key) {
  const auto before = it().tokens.key_id();
  add({.kind = fault_kind::rotate_keys});
  work();
  EXPECT_NE(it().tokens.key_id(), before);
}

TEST_F(fault_effects_test, revokes_by_user_and_by_application) {
  make([](scenario& plan) {
    plan.tenants.front().providers = 2;
    plan.tenants.front().delegates = 2;
  });
  const auto& providers = it().who.providers;
  const auto revoked = [&](std::size_t provider, std::size_t delegate) {
    const auto& token = providers.at(provider).delegates.at(delegate).refresh_token;
    return it().grants.find_refresh_token(token.expose())->revoked;
  };
  add({.kind = fault_kind::revoke, .names = {providers[0].delegates[0].upn}});
  work();
  EXPECT_TRUE(revoked(0, 0));
  EXPECT_FALSE(revoked(0, 1));
  EXPECT_FALSE(revoked(1, 0));
  add({.kind = fault_kind::revoke, .names = {providers[1].client_id}});
  work();
  EXPECT_FALSE(revoked(0, 1));
  EXPECT_TRUE(revoked(1, 0));
  EXPECT_TRUE(revoked(1, 1));
}

} // namespace
} // namespace postroom::sim
