#include "machine_driver.hpp"

#include <numeric>

namespace postroom::mailbox {
namespace {

using namespace std::chrono_literals;

settings reading(catch_up_policy policy) {
  settings config;
  config.account = account_id{"developers"};
  config.tenant = tenant_id{"default"};
  config.policy = policy;
  config.since = wall_time{std::chrono::hours{24 * 19'000}};
  return config;
}

using uids = std::vector<std::uint32_t>;

uids first(std::uint32_t count) {
  uids out(count);
  std::iota(out.begin(), out.end(), 1);
  return out;
}

position at(std::uint32_t validity, std::uint32_t last_uid) {
  return {uid_validity{validity}, message_uid{last_uid}, true, {}, {}};
}

TEST(machine_position, leads_through_a_renumbered_folder_again) {
  machine_driver world{reading(catch_up_policy::all)};
  world.deliver(4);
  world.stored = at(13, 900);
  world.feed(event::started{});
  while (world.stored->remap_until.value == 0 && world.step()) {
  }
  EXPECT_EQ(world.stored->remap_until.value, 4U);
  world.until_in_step();
  EXPECT_EQ(world.announced, first(4)) << "the shell decides by fingerprint which of them are known";
  EXPECT_EQ(world.stored->remap_until.value, 0U);
  EXPECT_EQ(world.stored->validity.value, 14U);
}

TEST(machine_position, beyond_all_there_is_means_another_numbering) {
  machine_driver world{reading(catch_up_policy::all)};
  world.deliver(4);
  world.stored = at(14, 900);
  world.feed(event::started{});
  world.until_in_step();
  world.deliver(1);
  world.feed(event::folder_changed{});
  world.run();
  EXPECT_EQ(world.announced, first(5));
  EXPECT_EQ(world.stored->last_uid.value, 5U);
  EXPECT_EQ(world.stored->generation, 1U) << "UID 5 was another mail before";
}

TEST(machine_position, at_the_end_of_a_folder_is_gone_on_from) {
  machine_driver world{reading(catch_up_policy::all)};
  world.deliver(4);
  world.stored = at(14, 4);
  world.feed(event::started{});
  world.until_in_step();
  EXPECT_TRUE(world.announced.empty());
  EXPECT_EQ(world.stored->generation, 0U);
}

TEST(machine_position, of_another_mailbox_counts_as_none) {
  machine_driver world{reading(catch_up_policy::only_new)};
  world.deliver(4);
  world.stored = at(14, 2);
  world.kin = kinship::other;
  world.feed(event::started{});
  world.until_in_step();
  EXPECT_TRUE(world.announced.empty()) << "of what was there nothing is wanted";
  EXPECT_EQ(world.stored->announce_since, world.now);
  EXPECT_EQ(world.stored->generation, 1U);
  world.deliver(1);
  world.feed(event::folder_changed{});
  world.run();
  EXPECT_EQ(world.announced, uids{5});
}

TEST(machine_position, is_believed_under_a_new_name_as_long_as_the_numbering_goes_on) {
  machine_driver world{reading(catch_up_policy::only_new)};
  world.deliver(4);
  world.stored = at(14, 2);
  world.kin = kinship::renamed;
  world.feed(event::started{});
  world.until_in_step();
  EXPECT_EQ(world.announced, (uids{3, 4}));
  machine_driver other{reading(catch_up_policy::only_new)};
  other.deliver(4);
  other.stored = at(14, 7);
  other.kin = kinship::renamed;
  other.feed(event::started{});
  other.until_in_step();
  EXPECT_TRUE(other.announced.empty()) << "another name, another numbering: another mailbox";
  EXPECT_EQ(other.stored->last_uid.value, 4U);
}

TEST(machine_position, is_compared_mail_by_mail_at_another_server) {
  machine_driver world{reading(catch_up_policy::all)};
  world.deliver(4);
  world.stored = at(14, 3);
  world.kin = kinship::moved;
  world.feed(event::started{});
  while (world.stored->remap_until.value == 0 && world.step()) {
  }
  EXPECT_EQ(world.stored->remap_until.value, 4U);
  EXPECT_EQ(world.stored->last_uid.value, 0U);
  world.until_in_step();
  EXPECT_EQ(world.stored->last_uid.value, 4U);
  // A new session without a look at the store must not do it again.
  const auto links = world.links_opened;
  while (world.links_opened == links)
    world.pass_timer();
  EXPECT_EQ(world.announced, first(4));
}

TEST(machine_position, of_mail_since_a_day_is_searched_window_by_window) {
  machine_driver world{reading(catch_up_policy::since)};
  world.uid_next = 45'000;
  world.deliver(3);
  world.folder[30'000] = 100;
  world.folder[10] = 100;
  world.found_from = 30'000;
  world.feed(event::started{});
  world.until_in_step();
  EXPECT_EQ(world.searches,
            (std::vector<std::string>{"UID 1:20000 SINCE 8-Jan-2022", "UID 20001:40000 SINCE 8-Jan-2022"}));
  EXPECT_EQ(world.announced, (uids{30'000, 45'000, 45'001, 45'002}));
}

TEST(machine_position, of_mail_since_a_day_is_the_end_where_none_is_so_young) {
  machine_driver world{reading(catch_up_policy::since)};
  world.deliver(3);
  world.found_from = 4;
  world.feed(event::started{});
  world.until_in_step();
  world.deliver(1);
  world.feed(event::folder_changed{});
  world.run();
  EXPECT_EQ(world.searches.size(), 1U);
  EXPECT_EQ(world.announced, uids{4});
}

TEST(machine_position, of_mail_since_a_day_is_found_where_no_uid_is_predicted) {
  machine_driver world{reading(catch_up_policy::since)};
  world.predicts_uid_next = false;
  world.deliver(30'000);
  world.folder.erase(world.folder.begin(), std::prev(world.folder.end()));
  world.found_from = 30'000;
  world.feed(event::started{});
  world.until_in_step();
  EXPECT_EQ(world.searches.size(), 3U) << "the highest, and two windows";
  EXPECT_EQ(world.announced, uids{30'000});
  machine_driver empty{reading(catch_up_policy::since)};
  empty.predicts_uid_next = false;
  empty.feed(event::started{});
  empty.until_in_step();
  EXPECT_EQ(empty.searches, std::vector<std::string>{"UID *"});
}

} // namespace
} // namespace postroom::mailbox
