#include "actors/admission/admission.hpp"
#include "metrics/registry.hpp"
#include "tests/support/actor_fixture.hpp"

#include <gtest/gtest.h>

namespace postroom::admission {
namespace {

using namespace std::chrono_literals;

class admission_test : public testing::Test, public actor_fixture {
protected:
  metrics::registry metrics{"test"};
  admission_self gate = system.spawn(admission, admission_config{1000, 2.0}, &time, &metrics.probes().admission);
  ~admission_test() override { quit(gate); }
};

TEST_F(admission_test, makes_the_next_wait_until_credit_comes_back) {
  std::vector<credit> held;
  for (int i = 0; i < 4; ++i)
    held.push_back(*ask<credit>(gate, want_credit{250}).get());
  auto waiting = ask<credit>(gate, want_credit{100});
  EXPECT_FALSE(waiting.there());
  caf::anon_send(gate, return_credit{held[0]});
  run();
  ASSERT_TRUE(waiting.there());
  EXPECT_EQ(waiting.get()->bytes, 100U);
}

TEST_F(admission_test, shows_what_is_booked) {
  (void)ask<credit>(gate, want_credit{250});
  EXPECT_NE(metrics.expose().find("postroom_credit_bytes{state=\"used\"} 250"), std::string::npos);
}

TEST_F(admission_test, lets_connections_to_one_host_through_at_the_rate) {
  std::vector<pending_answer<ack>> answers;
  for (int i = 0; i < 6; ++i)
    answers.push_back(ask<ack>(gate, want_connection{"imap.example"}));
  auto other = ask<ack>(gate, want_connection{"other.example"});
  EXPECT_TRUE(other.there()) << "hosts do not wait for each other";
  const auto count = [&] { return std::count_if(answers.begin(), answers.end(), [](auto& a) { return a.there(); }); };
  const auto at_once = count();
  EXPECT_LE(at_once, 3);
  pass(510ms);
  EXPECT_EQ(count(), at_once + 1);
  pass(3s);
  EXPECT_EQ(count(), 6);
}

} // namespace
} // namespace postroom::admission
