#include "actors/events/events.hpp"
#include "tests/support/actor_fixture.hpp"

#include <gtest/gtest.h>

namespace postroom::events {
namespace {

using namespace std::chrono_literals;

class events_test : public testing::Test, public actor_fixture {
protected:
  events_self hub = system.spawn(events);
  ~events_test() override { quit(hub); }
};

TEST_F(events_test, wakes_those_who_wait_for_more) {
  auto waiting = ask<log_position>(hub, wait_for_events{tenant_id{"a"}, 5, 60s});
  EXPECT_FALSE(waiting.there());
  caf::anon_send(hub, log_grew{tenant_id{"a"}, 5});
  run();
  EXPECT_FALSE(waiting.there()) << "5 is not past 5";
  caf::anon_send(hub, log_grew{tenant_id{"b"}, 9});
  run();
  EXPECT_FALSE(waiting.there()) << "another tenant's log";
  caf::anon_send(hub, log_grew{tenant_id{"a"}, 7});
  run();
  ASSERT_TRUE(waiting.there());
  EXPECT_EQ(waiting.get()->last_seq, 7U);
}

TEST_F(events_test, answers_at_once_when_there_is_more) {
  caf::anon_send(hub, log_grew{tenant_id{"a"}, 3});
  auto answer = ask<log_position>(hub, wait_for_events{tenant_id{"a"}, 2, 60s});
  ASSERT_TRUE(answer.there());
  EXPECT_EQ(answer.get()->last_seq, 3U);
}

TEST_F(events_test, answers_at_the_limit) {
  auto waiting = ask<log_position>(hub, wait_for_events{tenant_id{"a"}, 0, 10s});
  pass(9s);
  EXPECT_FALSE(waiting.there());
  pass(2s);
  ASSERT_TRUE(waiting.there());
  EXPECT_EQ(waiting.get()->last_seq, 0U);
}

TEST_F(events_test, never_goes_back) {
  caf::anon_send(hub, log_grew{tenant_id{"a"}, 8});
  caf::anon_send(hub, log_grew{tenant_id{"a"}, 6});
  EXPECT_EQ(ask<log_position>(hub, wait_for_events{tenant_id{"a"}, 0, 1s}).get()->last_seq, 8U);
}

} // namespace
} // namespace postroom::events
