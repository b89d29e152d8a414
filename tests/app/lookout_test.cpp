#include "app/lookout.hpp"

#include "tests/app/support/notify_listener.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace postroom::app {
namespace {

using namespace std::chrono_literals;
using namespace test;

/// A gateway of two mailboxes that answers as the test wants, watched by a systemd that waits 30 s.
class lookout_test : public testing::Test {
protected:
  lookout::watched gateway() {
    lookout::watched out;
    out.url = "http://127.0.0.1:8025";
    out.look = [this]() -> result<overview> {
      ++looks;
      return answer ? result<overview>{*answer} : fail(errc::timeout, "the gateway does not answer");
    };
    return out;
  }
  static overview seen(std::uint64_t in_step, bool loaded = true) {
    overview out;
    out.mailboxes = 2;
    out.in_step = in_step;
    out.configuration_loaded = loaded;
    return out;
  }

  std::optional<overview> answer = seen(0);
  int looks = 0;
  mono_time now{1h};
  notify_listener systemd_end{abstract_name()};
  systemd_notify systemd{from({{"NOTIFY_SOCKET", abstract_name()}, {"WATCHDOG_USEC", "30000000"}})};
};

TEST_F(lookout_test, is_ready_when_the_configuration_is_loaded_and_not_before) {
  lookout watch{gateway(), systemd};
  answer.reset();
  watch.look(now);
  answer = seen(0, false);
  watch.look(now);
  EXPECT_EQ(systemd_end.next(), "") << "neither ready nor alive before the start is done";
  EXPECT_EQ(watch.pause(now), 100ms);
  answer = seen(0);
  watch.look(now);
  EXPECT_EQ(systemd_end.next(), "READY=1\nSTATUS=0 of 2 mailboxes in step, 0 degraded; API at http://127.0.0.1:8025");
  EXPECT_EQ(systemd_end.next(), "WATCHDOG=1");
  EXPECT_EQ(watch.pause(now), 15s);
}

TEST_F(lookout_test, feeds_the_watchdog_in_its_rhythm) {
  lookout watch{gateway(), systemd};
  int beats = 0;
  // Sleeps as long as it is told to, for ten minutes.
  for (const auto end = now + 10min; now < end; now += watch.pause(now)) {
    watch.look(now);
    for (auto said = systemd_end.next(); !said.empty(); said = systemd_end.next())
      beats += said == "WATCHDOG=1" ? 1 : 0;
  }
  EXPECT_EQ(beats, 40);
  EXPECT_EQ(looks, 40) << "nobody looks for nothing";
}

TEST_F(lookout_test, does_not_feed_the_watchdog_of_a_gateway_that_hangs) {
  lookout watch{gateway(), systemd};
  watch.look(now);
  while (!systemd_end.next().empty()) {
  }
  answer.reset();
  for (const auto end = now + 60s; now < end; now += watch.pause(now)) {
    ASSERT_GE(watch.pause(now), 1s) << "asking is no hot loop";
    watch.look(now);
  }
  EXPECT_EQ(systemd_end.next(), "") << "systemd is left to strike";
  EXPECT_GT(looks, 30) << "one lost answer costs a second, not a period";
  answer = seen(2);
  watch.look(now);
  EXPECT_EQ(systemd_end.next(), "STATUS=2 of 2 mailboxes in step, 0 degraded; API at http://127.0.0.1:8025");
  EXPECT_EQ(systemd_end.next(), "WATCHDOG=1");
}

TEST_F(lookout_test, tells_once_that_every_mailbox_is_in_step_and_again_if_that_failed) {
  int told = 0;
  auto what = gateway();
  what.in_step = [&]() -> result<void> {
    return ++told == 1 ? result<void>{fail(errc::store_unavailable, "no disk")} : result<void>{};
  };
  systemd_notify nobody{from({})};
  lookout watch{what, nobody};
  for (const std::uint64_t in_step : {0, 1, 2, 2, 2, 2}) {
    answer = seen(in_step);
    EXPECT_EQ(watch.pause(now), told < 2 ? 100ms : 1h);
    watch.look(now);
  }
  EXPECT_EQ(told, 2);
  EXPECT_EQ(looks, 4) << "nobody waits any more";
}

TEST_F(lookout_test, sleeps_when_nobody_waits) {
  systemd_notify nobody{from({})};
  lookout watch{gateway(), nobody};
  EXPECT_EQ(watch.pause(now), 1h);
  watch.look(now);
  EXPECT_EQ(looks, 0);
}

} // namespace
} // namespace postroom::app
