#include "machine_driver.hpp"

namespace postroom::mailbox {
namespace {

settings config() {
  settings out;
  out.account = account_id{"developers"};
  out.tenant = tenant_id{"default"};
  out.policy = catch_up_policy::all;
  return out;
}

TEST(machine_reports, that_it_is_out_of_step_when_no_token_follows_a_session_that_expired) {
  machine_driver world{config()};
  world.feed(event::started{});
  world.until_in_step();
  world.token_fails = error{errc::grant_dead, "revoked", "AADSTS50173"};
  world.close_link(fail(errc::session_expired, "AccessTokenExpired"));
  world.run();
  EXPECT_EQ(world.shown, std::pair(mailbox_state::waiting, false)) << "nobody knows how long the row is";
  world.pass_timer();
  EXPECT_EQ(world.shown, std::pair(mailbox_state::waiting, false));
  EXPECT_EQ(world.machine.last_error()->cause, "AADSTS50173");
}

} // namespace
} // namespace postroom::mailbox
