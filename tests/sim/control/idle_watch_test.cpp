#include "sim/control/idle_watch.hpp"

#include <gtest/gtest.h>

namespace postroom::sim {
namespace {

using namespace std::chrono_literals;

class idle_watch_test : public testing::Test {
protected:
  idle_watch_test() {
    watch.add("support@contoso.test");
    watch.add("sales@contoso.test");
  }
  void begin(const char* address) { watch.begin(address, now); }
  void end(const char* address) { watch.end(address, now); }

  idle_watch watch;
  mono_time now{1h};
};

TEST_F(idle_watch_test, counts_mailboxes_without_a_session) {
  watch.add("Support@contoso.test");
  EXPECT_EQ(watch.not_idle(), 2U);
  begin("Support@Contoso.test");
  EXPECT_EQ(watch.not_idle(), 1U);
  begin("support@contoso.test"); // a second session
  end("support@contoso.test");
  EXPECT_EQ(watch.not_idle(), 1U);
  end("support@contoso.test");
  EXPECT_EQ(watch.not_idle(), 2U);
}

TEST_F(idle_watch_test, ignores_others_and_ends_without_begin) {
  begin("dora.delegate@contoso.test");
  end("support@contoso.test");
  EXPECT_EQ(watch.not_idle(), 2U);
}

TEST_F(idle_watch_test, tells_the_longest_time_any_was_without) {
  now += 10s;
  EXPECT_EQ(watch.longest(now), 0s) << "none was in IDLE yet";
  begin("support@contoso.test");
  begin("sales@contoso.test");
  now += 5s;
  EXPECT_EQ(watch.longest(now), 0s);
  end("support@contoso.test");
  now += 3s;
  EXPECT_EQ(watch.longest(now), 3s) << "it goes on";
  begin("support@contoso.test");
  now += 60s;
  EXPECT_EQ(watch.longest(now), 3s);
  end("sales@contoso.test");
  now += 2s;
  EXPECT_EQ(watch.longest(now), 3s);
  now += 2s;
  EXPECT_EQ(watch.longest(now), 4s);
}

TEST_F(idle_watch_test, begins_again_at_a_reset) {
  begin("support@contoso.test");
  end("support@contoso.test");
  now += 30s;
  watch.reset(now);
  EXPECT_EQ(watch.longest(now), 0s);
  now += 1s;
  EXPECT_EQ(watch.longest(now), 1s);
  begin("support@contoso.test");
  EXPECT_EQ(watch.longest(now), 1s);
}

} // namespace
} // namespace postroom::sim
