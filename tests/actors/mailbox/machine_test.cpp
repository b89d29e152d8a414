#include "machine_driver.hpp"

#include <numeric>

namespace postroom::mailbox {
namespace {

using namespace std::chrono_literals;

settings config_of(catch_up_policy policy) {
  settings config;
  config.account = account_id{"developers"};
  config.tenant = tenant_id{"default"};
  config.policy = policy;
  return config;
}

std::vector<std::uint32_t> up_to(std::uint32_t last) {
  std::vector<std::uint32_t> out(last);
  std::iota(out.begin(), out.end(), 1);
  return out;
}

TEST(mailbox_machine, catches_up_with_all_and_idles) {
  machine_driver world{config_of(catch_up_policy::all)};
  world.deliver(2500);
  world.feed(event::started{});
  world.until_in_step();
  EXPECT_EQ(world.announced, up_to(2500));
  EXPECT_TRUE(world.machine.in_step());
  EXPECT_TRUE(world.stored->caught_up);
  EXPECT_EQ(world.credit_out, 0U);
}

TEST(mailbox_machine, tells_the_bodies_of_pipelined_commands_apart) {
  machine_driver world{config_of(catch_up_policy::all)};
  world.overlapping = true;
  world.deliver(450);
  world.feed(event::started{});
  world.until_in_step();
  EXPECT_EQ(world.announced, up_to(450));
  EXPECT_TRUE(world.machine.in_step());
}

TEST(mailbox_machine, announces_only_what_is_new_when_told_so) {
  machine_driver world{config_of(catch_up_policy::only_new)};
  world.deliver(10);
  world.feed(event::started{});
  world.until_in_step();
  EXPECT_TRUE(world.announced.empty());
  world.deliver(2);
  world.feed(event::folder_changed{});
  world.run();
  EXPECT_EQ(world.announced, (std::vector<std::uint32_t>{11, 12}));
  EXPECT_TRUE(world.idling());
}

TEST(mailbox_machine, goes_on_where_it_was) {
  machine_driver world{config_of(catch_up_policy::all)};
  world.deliver(10);
  world.stored = position{uid_validity{14}, message_uid{6}, true, {}, {}};
  world.feed(event::started{});
  world.until_in_step();
  EXPECT_EQ(world.announced, (std::vector<std::uint32_t>{7, 8, 9, 10}));
}

TEST(mailbox_machine, fetches_mail_that_comes_while_it_fetches) {
  machine_driver world{config_of(catch_up_policy::all)};
  world.deliver(5);
  world.feed(event::started{});
  while (world.announced.empty() && world.step()) {
  }
  world.deliver(3);
  world.feed(event::folder_changed{});
  world.until_in_step();
  EXPECT_EQ(world.announced, up_to(8));
}

TEST(mailbox_machine, finds_mail_whose_notice_was_lost_when_idle_is_renewed) {
  machine_driver world{config_of(catch_up_policy::all)};
  world.feed(event::started{});
  world.until_in_step();
  world.deliver(1);
  world.pass_timer();
  EXPECT_EQ(world.announced, up_to(1));
  EXPECT_TRUE(world.idling());
}

TEST(mailbox_machine, takes_a_listing_that_overtakes_the_end_of_idle) {
  machine_driver world{config_of(catch_up_policy::all)};
  world.feed(event::started{});
  world.until_in_step();
  world.lists_before_idle_ends = true;
  world.deliver(2);
  world.feed(event::folder_changed{});
  world.run();
  EXPECT_EQ(world.announced, up_to(2));
  EXPECT_TRUE(world.idling());
}

TEST(mailbox_machine, reconnects_with_a_new_token_before_the_old_one_ends) {
  machine_driver world{config_of(catch_up_policy::all)};
  world.token_life = 1h;
  world.feed(event::started{});
  world.until_in_step();
  const auto begin = world.now;
  for (int i = 0; i < 40 && world.links_opened == 1; ++i)
    world.pass_timer();
  EXPECT_EQ(world.links_opened, 2U);
  EXPECT_LT(world.now - begin, 1h);
  EXPECT_GT(world.now - begin, 50min);
  EXPECT_TRUE(world.idling());
}

TEST(mailbox_machine, spreads_over_all_that_is_left_once_a_newer_token_is_there) {
  std::size_t early = 0;
  for (unsigned seed = 1; seed <= 40; ++seed) {
    machine_driver world{config_of(catch_up_policy::all), seed};
    world.token_life = 6min;
    world.token_renewed_after = 4min;
    world.feed(event::started{});
    world.until_in_step();
    const auto begin = world.now;
    while (world.links_opened == 1)
      world.pass_timer();
    EXPECT_GE(world.now - begin, 4min);
    EXPECT_LE(world.now - begin, 6min - 5s);
    early += world.now - begin < 5min;
  }
  EXPECT_GE(early, 10U);
  EXPECT_LE(early, 30U);
}

TEST(mailbox_machine, keeps_its_session_until_there_is_a_place_for_the_next) {
  machine_driver world{config_of(catch_up_policy::all)};
  world.feed(event::started{});
  world.until_in_step();
  world.hold_permits = true;
  const auto asked = world.token_refreshes.size();
  const auto begin = world.now;
  while (world.now - begin < 58min)
    world.pass_timer();
  EXPECT_EQ(world.links_opened, 1U);
  EXPECT_TRUE(world.idling());
  world.deliver(2);
  world.feed(event::folder_changed{});
  world.run();
  EXPECT_EQ(world.announced, up_to(2)) << "new mail does not wait for it";
  world.hold_permits = false;
  world.feed(event::permitted{});
  world.run();
  EXPECT_EQ(world.links_opened, 2U);
  EXPECT_GT(world.token_refreshes.size(), asked);
  EXPECT_TRUE(world.idling());
  EXPECT_EQ(world.announced, up_to(2));
}

TEST(mailbox_machine, names_what_the_servers_words_mean_when_the_folder_cannot_be_opened) {
  for (const auto& [text, code] : std::vector<std::pair<std::string, errc>>{
           {"User is authenticated but not connected.", errc::mailbox_not_connected},
           {"Request is throttled. Suggested Backoff Time: 1000 milliseconds", errc::throttled},
           {"no such folder", errc::folder_unavailable}}) {
    machine_driver world{config_of(catch_up_policy::all)};
    world.select_refused = text;
    world.feed(event::started{});
    world.run();
    ASSERT_TRUE(world.machine.last_error()) << text;
    EXPECT_EQ(world.machine.last_error()->code, code) << text;
  }
}

TEST(mailbox_machine, tells_admission_whether_the_server_answered) {
  machine_driver world{config_of(catch_up_policy::all)};
  world.reachable = false;
  world.feed(event::started{});
  world.run();
  EXPECT_EQ(world.tried, std::vector{false});
  world.reachable = true;
  world.until_in_step();
  EXPECT_EQ(world.tried, (std::vector{false, true}));
  world.close_link(fail(errc::connection_lost, "reset"));
  EXPECT_EQ(world.tried.size(), 2U) << "a session that breaks says nothing about reaching the server";
}

TEST(mailbox_machine, asks_again_after_a_renewal_failed_and_moves_over_in_time) {
  machine_driver world{config_of(catch_up_policy::all)};
  world.feed(event::started{});
  world.until_in_step();
  const auto expires = world.now + world.token_life;
  const auto asked = world.token_refreshes.size();
  world.token_fails = fail(errc::identity_unavailable, "HTTP 503");
  while (world.token_refreshes.size() == asked)
    world.pass_timer();
  EXPECT_TRUE(world.idling()) << "the session goes on";
  world.token_fails.reset();
  while (world.links_opened == 1 && world.now < expires)
    world.pass_timer();
  EXPECT_EQ(world.links_opened, 2U);
  EXPECT_LT(world.now, expires);
}

TEST(mailbox_machine, takes_the_servers_word_that_the_token_expired) {
  machine_driver world{config_of(catch_up_policy::all)};
  world.feed(event::started{});
  world.until_in_step();
  world.close_link(fail(errc::session_expired, "AccessTokenExpired"));
  const auto before = world.now;
  const auto asked = world.token_refreshes.size();
  world.until_in_step();
  EXPECT_LE(world.now - before, 1s);
  EXPECT_TRUE(world.token_refreshes.at(asked)) << "the old token would be refused";
  EXPECT_FALSE(world.machine.last_error());
}

TEST(mailbox_machine, tries_a_refused_login_once_more_with_a_fresh_token_then_waits) {
  machine_driver world{config_of(catch_up_policy::all)};
  world.feed(event::started{});
  world.until_in_step();
  std::vector<std::chrono::milliseconds> waits;
  for (int i = 0; i < 4; ++i) {
    world.close_link(fail(errc::auth_rejected, "AUTHENTICATE failed."));
    world.run();
    waits.push_back(*world.timer_at - world.now);
    if (i < 3) {
      const auto at = *world.timer_at;
      world.ticks += at - world.now;
      world.now = at;
      world.feed(event::timer{world.timer_epoch});
      while (world.links_opened < static_cast<std::size_t>(i) + 2 && world.step()) {
        if (!world.pending.empty() && std::holds_alternative<effect::open_link>(world.pending.front()))
          break;
      }
      world.pending.clear();
    }
  }
  EXPECT_LE(waits[0], 200ms);
  EXPECT_GT(waits[2] + waits[3], waits[0]);
  EXPECT_EQ(world.machine.last_error()->code, errc::auth_rejected);
}

TEST(mailbox_machine, waits_as_long_as_a_throttling_server_says) {
  machine_driver world{config_of(catch_up_policy::all)};
  world.feed(event::started{});
  world.until_in_step();
  world.close_link(fail(errc::throttled, "Request is throttled. Suggested Backoff Time: 92415 milliseconds"));
  world.run();
  EXPECT_EQ(*world.timer_at - world.now, 92415ms);
  EXPECT_EQ(world.machine.state(), mailbox_state::waiting);
}

TEST(mailbox_machine, opens_a_folder_under_its_name_on_the_wire) {
  auto config = config_of(catch_up_policy::all);
  config.folder = "R&D/Büro";
  machine_driver world{config};
  world.feed(event::started{});
  world.until_in_step();
  EXPECT_EQ(world.opened, "R&-D/B&APw-ro");
  EXPECT_EQ(world.machine.config().folder, "R&D/Büro");
}

TEST(mailbox_machine, blames_a_new_token_or_place_for_nothing_else_that_fails) {
  machine_driver world{config_of(catch_up_policy::all)};
  world.feed(event::started{});
  world.until_in_step();
  world.hold_permits = true;
  const auto begin = world.now;
  while (world.now - begin < 58min)
    world.pass_timer();
  ASSERT_EQ(world.links_opened, 1U);
  world.deliver(2);
  world.feed(event::folder_changed{});
  while (!world.pending.empty() && !std::holds_alternative<effect::ask_credit>(world.pending.front()))
    world.step();
  ASSERT_FALSE(world.pending.empty());
  world.pending.clear();
  world.feed(event::ask_failed{fail(errc::busy, "no credit"), asked::credit});
  world.hold_permits = false;
  world.until_in_step();
  EXPECT_EQ(world.announced, up_to(2));
}

TEST(mailbox_machine, keeps_a_session_at_work_when_only_the_renewal_of_its_token_fails) {
  machine_driver world{config_of(catch_up_policy::all)};
  world.deliver(1);
  world.feed(event::started{});
  while (world.machine.state() != mailbox_state::catching_up && world.step()) {
  }
  world.feed(event::ask_failed{fail(errc::identity_unavailable, "HTTP 503"), asked::token});
  world.run();
  EXPECT_EQ(world.links_opened, 1U);
  EXPECT_TRUE(world.idling());
}

TEST(mailbox_machine, renews_its_idle_in_time_whatever_comes_between) {
  machine_driver world{config_of(catch_up_policy::all)};
  world.token_renewed_after = 9min;
  world.feed(event::started{});
  world.until_in_step();
  world.token_fails = fail(errc::identity_unavailable, "HTTP 503"); // asked again every half minute
  const auto begin = world.now;
  while (world.idles_ended == 0 && world.now - begin < 29min)
    world.pass_timer();
  EXPECT_EQ(world.now - begin, world.machine.config().idle_renewal);
}

TEST(mailbox_machine, parks_after_many_failures_and_still_comes_back) {
  machine_driver world{config_of(catch_up_policy::all)};
  world.token_fails = fail(errc::identity_unavailable, "503");
  world.feed(event::started{});
  world.run();
  for (int i = 0; i < 12; ++i)
    world.pass_timer();
  EXPECT_EQ(world.machine.state(), mailbox_state::degraded);
  world.token_fails.reset();
  world.until_in_step();
  EXPECT_EQ(world.machine.state(), mailbox_state::idle);
}

TEST(mailbox_machine, ends_when_fenced) {
  machine_driver world{config_of(catch_up_policy::all)};
  world.feed(event::started{});
  world.until_in_step();
  world.feed(event::commit_failed{storage::outcome::fenced, fail(errc::store_fenced)});
  world.run();
  EXPECT_TRUE(world.ended);
  EXPECT_FALSE(world.link_up);
}

/// Every way to break, at every step of a whole catch-up: in the end each mail is announced exactly once.
TEST(mailbox_machine, loses_and_doubles_nothing_whatever_breaks_at_any_step) {
  const auto start = [] {
    auto world = std::make_unique<machine_driver>(config_of(catch_up_policy::all));
    world->deliver(230, 8000);
    world->feed(event::started{});
    return world;
  };
  auto reference = start();
  reference->until_in_step();
  const auto total = reference->steps;
  ASSERT_GT(total, 20U);
  const std::vector<event_type> faults{
      event::link_closed{fail(errc::connection_lost, "reset")},
      event::link_closed{fail(errc::session_expired, "AccessTokenExpired")},
      event::ask_failed{fail(errc::timeout, "no answer"), asked::credit},
      event::ask_failed{fail(errc::identity_unavailable, "HTTP 503"), asked::token},
      event::commit_failed{storage::outcome::unavailable, fail(errc::disk_full, "no space")},
      event::parse_failed{fail(errc::store_unavailable, "cannot read")},
      event::folder_changed{},
  };
  for (std::size_t fault = 0; fault < faults.size(); ++fault)
    for (std::size_t at = 0; at < total; ++at) {
      SCOPED_TRACE("fault " + std::to_string(fault) + " at step " + std::to_string(at));
      auto world = start();
      for (std::size_t i = 0; i < at; ++i)
        world->step();
      world->feed(faults[fault]);
      world->until_in_step();
      ASSERT_EQ(world->announced, up_to(230));
      ASSERT_TRUE(world->set_aside.empty());
      ASSERT_EQ(world->credit_out, 0U);
    }
}

} // namespace
} // namespace postroom::mailbox
