#include "tests/integration/support/office.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <thread>

/// The gateway dies, by our hand or by a mail's.
namespace postroom::test {
namespace {

TEST(crash, loses_and_doubles_nothing_when_killed_at_random_moments) {
  office world;
  constexpr std::size_t mails = 1500;
  world.preload("support", mails);
  std::mt19937 random{std::random_device{}()};
  std::size_t kills = 0;
  std::size_t seen = 0;
  for (; kills < 12 && seen < mails; ++kills) {
    world.start();
    const auto wanted = std::min(mails, seen + random() % (mails / 6));
    const auto moving = [&] {
      seen = world.json("/v1/accounts/support/status").at("last_uid").to_number<std::size_t>();
      return seen >= wanted;
    };
    ASSERT_TRUE(wait_until(moving, 20s));
    std::this_thread::sleep_for(std::chrono::microseconds{random() % 10'000});
    world.kill();
  }
  EXPECT_GT(kills, 1u) << "it was too quick to be killed half-way";
  world.start();
  ASSERT_TRUE(world.await_in_step());
  expect_each_once(world.await_events(mails), "support", mails);
}

TEST(crash, ends_orderly_on_sigterm_in_the_midst_of_work) {
  office world;
  world.preload("support", 2000);
  world.start();
  ASSERT_TRUE(wait_until([&] { return !world.events().empty(); }, 20s));
  EXPECT_EQ(world.stop(), 0);
  world.start();
  ASSERT_TRUE(world.await_in_step());
  expect_each_once(world.await_events(2000), "support", 2000);
}

TEST(crash, sets_aside_a_mail_that_kills_the_parser_within_three_restarts) {
  office_options options;
  options.program = "tests/integration/postroom_with_crash_hook";
  office world{std::move(options)};
  world.preload("support", 10);
  const std::string killer = "X-Postroom-Crash: abort\r\n" + world.mail("killer");
  world.server().drop(world.address("support"), killer);
  world.server().drop(world.address("support"), world.mail("after"));
  int restarts = 0;
  for (; restarts <= 3; ++restarts) {
    world.start();
    const auto settled = [&] {
      try {
        return !world.running() || world.in_step("support");
      } catch (const std::runtime_error&) {
        return !world.running(); // it died while it was asked
      }
    };
    ASSERT_TRUE(wait_until(settled, 30s));
    if (world.running())
      break;
  }
  ASSERT_LE(restarts, 3) << "in step again within three restarts";
  EXPECT_GE(restarts, 2) << "the hook did not abort";
  const auto log = world.await_events(12);
  ASSERT_EQ(log.size(), 12u);
  EXPECT_EQ(log[10].type, "message.quarantined");
  EXPECT_EQ(log[11].subject(), "after");
  const auto held = world.json("/v1/accounts/support/quarantine");
  ASSERT_EQ(held.at("items").as_array().size(), 1u);
  const auto id = std::string{held.at("items").as_array()[0].at("id").as_string()};
  EXPECT_EQ(world.get("/v1/messages/" + id + "/raw").body, killer) << "its bytes are kept";
}

} // namespace
} // namespace postroom::test
