#include "tests/actors/outbox/machine_driver.hpp"

/// What becomes of a mail of which nobody knows whether it was sent.
namespace postroom::outbox {
namespace {

using namespace std::chrono_literals;
using names = std::vector<std::string>;

class doubtful : public testing::Test {
protected:
  machine_driver d{{.sent_copy = true, .resend = true, .sent_search = 120s}};

  void lose_verdict() {
    d.play(10);
    d.on(machine_driver::lost());
    d.on(event::noted{});
    ASSERT_EQ(d.names(), names{"search_sent"});
  }
  /// Looks again and again, answered so, until it does not want to look any more.
  void look_until_settled(const event::searched& answer) {
    for (int i = 0; i < 100'000 && d.settlements == 0; ++i) {
      d.on(answer);
      if (d.settlements != 0)
        return;
      ASSERT_EQ(d.names(), names{"set_timer"});
      ASSERT_GT(d.timer_delay, 0s);
      d.now += d.timer_delay;
      d.on(event::timer{*d.timer});
      ASSERT_EQ(d.names(), names{"search_sent"});
    }
  }
  void start_with(bool noted) {
    d.body_ended = true; // in the last process
    d.on(event::was_in_flight{machine_driver::mail(), {10}, d.now - 1h, noted});
  }
};

TEST_F(doubtful, the_copy_in_sent_decides_it) {
  lose_verdict();
  d.on(event::searched{true, false, "Sent Items"});
  ASSERT_TRUE(d.wants<effect::settle_found>());
  EXPECT_EQ(d.find<effect::settle_found>()->served, std::vector<std::uint32_t>{10});
  EXPECT_EQ(d.find<effect::settle_found>()->folder, "Sent Items");
  d.settled();
  EXPECT_TRUE(d.machine.resting());
}

TEST_F(doubtful, a_copy_may_come_late) {
  lose_verdict();
  d.on(event::searched{});
  EXPECT_EQ(d.names(), names{"set_timer"});
  EXPECT_FALSE(d.machine.may_withdraw());
  EXPECT_FALSE(d.machine.wants_head()) << "its order is kept";
  d.now += d.timer_delay;
  d.on(event::timer{*d.timer});
  d.on(event::searched{true, false, "Sent"});
  EXPECT_TRUE(d.wants<effect::settle_found>());
}

TEST_F(doubtful, a_copy_that_does_not_come_in_time_means_that_it_was_not_sent) {
  lose_verdict();
  const auto began = d.now;
  look_until_settled({});
  EXPECT_TRUE(d.find<effect::settle_undecided>()->resend);
  EXPECT_GE(d.now - began, 120s);
  EXPECT_LE(d.now - began, 125s);
}

TEST_F(doubtful, a_verdict_awaited_for_long_leaves_the_copy_all_its_time) {
  d.play(10);
  d.now += 10min;
  d.on(machine_driver::lost());
  d.on(event::noted{});
  const auto began = d.now;
  d.on(event::searched{});
  EXPECT_EQ(d.names(), names{"set_timer"}) << "it may come at any moment";
  d.now += d.timer_delay;
  d.on(event::timer{*d.timer});
  look_until_settled({});
  EXPECT_GE(d.now - began, 120s);
}

TEST_F(doubtful, who_wants_to_decide_himself_is_asked) {
  d.machine = machine{{.sent_copy = true, .resend = false}};
  lose_verdict();
  look_until_settled({});
  EXPECT_FALSE(d.find<effect::settle_undecided>()->resend);
}

TEST_F(doubtful, while_sent_cannot_be_looked_at_nothing_is_sent_again) {
  lose_verdict();
  const auto began = d.now;
  look_until_settled({false, true, "the server is away"});
  EXPECT_FALSE(d.find<effect::settle_undecided>()->resend) << "a person decides";
  EXPECT_GE(d.now - began, 24h);
  EXPECT_LE(d.now - began, 24h + 1min);
}

TEST_F(doubtful, without_a_token_to_look_with_it_looks_again_later) {
  lose_verdict();
  d.on(event::denied{smtp::failure_class::auth_unavailable, "no token"});
  EXPECT_EQ(d.names(), names{"set_timer"}) << "else nothing would ever wake it";
  d.now += d.timer_delay;
  d.on(event::timer{*d.timer});
  EXPECT_EQ(d.names(), names{"search_sent"});
}

TEST_F(doubtful, a_server_that_keeps_no_copy_cannot_tell) {
  for (const bool resend : {true, false}) {
    machine_driver other{{.sent_copy = false, .resend = resend}};
    other.play(10);
    other.on(machine_driver::lost());
    other.on(event::noted{});
    ASSERT_EQ(other.names(), names{"settle_undecided"});
    EXPECT_EQ(other.find<effect::settle_undecided>()->resend, resend);
  }
}

TEST_F(doubtful, a_mail_in_flight_when_the_process_ended_is_looked_for_first) {
  start_with(false);
  EXPECT_EQ(d.names(), names{"settle_doubt"});
  d.on(event::noted{});
  EXPECT_EQ(d.names(), names{"search_sent"});
  d.on(event::searched{true, false, "Sent"});
  EXPECT_EQ(d.find<effect::settle_found>()->served, std::vector<std::uint32_t>{10});
}

TEST_F(doubtful, a_doubt_that_was_noted_is_not_noted_twice) {
  start_with(true);
  EXPECT_EQ(d.names(), names{"search_sent"});
  d.on(event::searched{});
  EXPECT_EQ(d.names(), names{"settle_undecided"}) << "it left an hour ago: no copy will come";
}

TEST_F(doubtful, a_stop_leaves_the_doubt_to_the_next_start) {
  lose_verdict();
  d.on(event::stop{});
  EXPECT_TRUE(d.ended);
  EXPECT_EQ(d.settlements, 0U);
}

TEST_F(doubtful, late_answers_of_the_lost_connection_change_nothing) {
  lose_verdict();
  for (int step = 1; step < machine_driver::steps; ++step) {
    d.on(machine_driver::happening(step));
    EXPECT_EQ(d.settlements, 0U) << step;
  }
}

} // namespace
} // namespace postroom::outbox
