#include "machine_driver.hpp"

#include <numeric>

namespace postroom::mailbox {
namespace {

using namespace std::chrono_literals;

settings reading_all() {
  settings config;
  config.account = account_id{"developers"};
  config.tenant = tenant_id{"default"};
  config.policy = catch_up_policy::all;
  return config;
}

using uids = std::vector<std::uint32_t>;

uids count_to(std::uint32_t last) {
  uids out(last);
  std::iota(out.begin(), out.end(), 1);
  return out;
}

/// Lets timers ring until so much time has passed.
void pass(machine_driver& world, std::chrono::seconds time) {
  const auto until = world.now + time;
  world.run();
  while (world.now < until)
    world.pass_timer();
}

bool asks_for_bodies_next(const machine_driver& world) {
  const auto* submit = world.pending.empty() ? nullptr : std::get_if<effect::submit>(&world.pending.front());
  const auto* fetch = submit ? std::get_if<imap::uid_fetch_command>(&submit->commands.front()) : nullptr;
  return fetch && fetch->items.back() == "BODY.PEEK[]";
}

TEST(machine_refusals, set_a_message_aside_after_ten_minutes_and_go_on) {
  machine_driver world{reading_all()};
  world.deliver(6);
  world.poisoned = {3};
  const auto begin = world.now;
  world.feed(event::started{});
  world.until_in_step();
  EXPECT_EQ(world.announced, (uids{1, 2, 4, 5, 6}));
  EXPECT_EQ(world.set_aside, uids{3});
  EXPECT_EQ(world.stored->last_uid.value, 6U);
  EXPECT_GE(world.now - begin, 10min);
  EXPECT_LE(world.now - begin, 20min);
}

TEST(machine_refusals, of_several_messages_take_hardly_longer_than_of_one) {
  machine_driver world{reading_all()};
  world.deliver(60);
  world.poisoned = {3, 4, 30, 60};
  const auto begin = world.now;
  world.feed(event::started{});
  world.until_in_step();
  EXPECT_EQ(world.announced.size(), 56U);
  EXPECT_EQ(world.set_aside, (uids{3, 4, 30, 60}));
  EXPECT_LE(world.now - begin, 40min);
}

TEST(machine_refusals, do_not_hold_up_what_stands_before) {
  machine_driver world{reading_all()};
  world.deliver(3);
  world.poisoned = {3};
  world.feed(event::started{});
  world.run();
  world.pass_timer();
  EXPECT_EQ(world.announced, (uids{1, 2})) << "fetched alone, and committed although the next one failed meanwhile";
}

TEST(machine_refusals, of_all_bodies_for_a_while_set_nothing_aside) {
  machine_driver world{reading_all()};
  world.deliver(5);
  for (std::uint32_t uid = 1; uid <= 5; ++uid)
    world.poisoned.insert(uid);
  world.feed(event::started{});
  pass(world, 30s);
  EXPECT_TRUE(world.announced.empty());
  EXPECT_EQ(world.machine.last_error()->code, errc::command_refused);
  EXPECT_LE(world.links_opened, 12U) << "the server is given time";
  world.poisoned.clear();
  world.until_in_step();
  EXPECT_EQ(world.announced, count_to(5));
  EXPECT_TRUE(world.set_aside.empty());
}

TEST(machine_refusals, that_are_about_the_server_are_never_held_against_a_message) {
  const auto no = imap::status_kind::no;
  const auto bad = imap::status_kind::bad;
  const std::vector<std::pair<imap::command_outcome, errc>> cases{
      {{0, bad, {}, "Request is throttled. Suggested Backoff Time: 92415 milliseconds"}, errc::throttled},
      {{0, no, imap::response_code{"UNAVAILABLE", ""}, "try later"}, errc::throttled},
      {{0, no, imap::response_code{"LIMIT", ""}, "UID FETCH Rate limit hit."}, errc::throttled},
      {{0, no, imap::response_code{"INUSE", ""}, "the mailbox is locked"}, errc::throttled},
      {{0, bad, {}, "User is authenticated but not connected."}, errc::mailbox_not_connected},
  };
  for (const auto& [refusal, code] : cases) {
    machine_driver world{reading_all()};
    world.deliver(2);
    world.poisoned = {1, 2};
    world.refusal = refusal;
    world.feed(event::started{});
    world.run();
    ASSERT_TRUE(world.machine.last_error()) << refusal.text;
    EXPECT_EQ(world.machine.last_error()->code, code) << refusal.text;
    pass(world, 2h);
    EXPECT_TRUE(world.set_aside.empty()) << refusal.text;
    world.poisoned.clear();
    world.until_in_step();
    EXPECT_EQ(world.announced, count_to(2)) << refusal.text;
  }
}

TEST(machine_refusals, are_waited_for_as_long_as_a_throttling_server_says) {
  machine_driver world{reading_all()};
  world.deliver(1);
  world.poisoned = {1};
  world.refusal = {0, imap::status_kind::bad, {}, "Request is throttled. Suggested Backoff Time: 92415 milliseconds"};
  world.feed(event::started{});
  world.run();
  EXPECT_EQ(*world.timer_at - world.now, 92415ms);
}

TEST(machine_refusals, count_again_after_the_server_was_away) {
  machine_driver world{reading_all()};
  world.deliver(1);
  world.poisoned = {1};
  world.feed(event::started{});
  pass(world, 30s);
  world.reachable = false;
  pass(world, 1h);
  world.reachable = true;
  world.poisoned.clear();
  world.until_in_step();
  EXPECT_TRUE(world.set_aside.empty()) << "it was not tried since";
  EXPECT_EQ(world.announced, count_to(1));
}

TEST(machine_refusals, of_a_message_are_forgotten_when_its_number_is_anothers) {
  machine_driver world{reading_all()};
  world.deliver(1);
  world.poisoned = {1};
  world.feed(event::started{});
  pass(world, 11min);
  ASSERT_TRUE(world.set_aside.empty());
  world.poisoned.clear();
  world.validity = 15;
  world.until_in_step();
  EXPECT_TRUE(world.set_aside.empty());
  EXPECT_EQ(world.announced, count_to(1));
}

TEST(machine_refusals, by_nil_for_a_body_are_refusals) {
  machine_driver world{reading_all()};
  world.deliver(8);
  world.withheld = {7};
  world.feed(event::started{});
  for (int i = 0; i < 50 && world.set_aside.empty(); ++i) {
    world.run();
    if (world.set_aside.empty()) {
      ASSERT_TRUE(!world.stored || world.stored->last_uid.value < 7) << "the mail would be passed over";
      world.pass_timer();
    }
  }
  world.until_in_step();
  EXPECT_EQ(world.set_aside, uids{7});
  EXPECT_EQ(world.announced, (uids{1, 2, 3, 4, 5, 6, 8}));
}

TEST(machine_refusals, by_nil_end_when_the_body_comes) {
  machine_driver world{reading_all()};
  world.deliver(3);
  world.withheld = {2};
  world.feed(event::started{});
  pass(world, 60s);
  world.withheld.clear();
  world.until_in_step();
  EXPECT_EQ(world.announced, count_to(3));
  EXPECT_TRUE(world.set_aside.empty());
}

TEST(machine_refusals, by_nil_without_a_uid_may_be_about_any_message_asked_for) {
  machine_driver world{reading_all()};
  world.deliver(3);
  world.withheld = {2};
  world.names_withheld = false;
  world.feed(event::started{});
  world.until_in_step();
  EXPECT_EQ(world.set_aside, uids{2});
  EXPECT_EQ(world.announced, (uids{1, 3}));
}

TEST(machine_refusals, are_not_seen_in_links_that_break_for_a_moment) {
  machine_driver world{reading_all()};
  world.deliver(1);
  world.feed(event::started{});
  for (int broken = 0; broken < 6; ++broken) {
    for (int i = 0; i < 1000 && !asks_for_bodies_next(world); ++i)
      if (!world.step())
        world.ring_timer();
    ASSERT_TRUE(asks_for_bodies_next(world));
    world.pending.clear();
    world.close_link(fail(errc::connection_lost, "reset"));
  }
  world.until_in_step();
  EXPECT_TRUE(world.set_aside.empty());
  EXPECT_EQ(world.announced, count_to(1));
}

} // namespace
} // namespace postroom::mailbox
