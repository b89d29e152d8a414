#include "actors/admission/admission.hpp"
#include "actors/bridge.hpp"
#include "metrics/registry.hpp"
#include "tests/actors/support/credit_holder.hpp"
#include "tests/support/actor_fixture.hpp"

#include <gtest/gtest.h>

namespace postroom::admission {
namespace {

using namespace std::chrono_literals;

class admission_test : public testing::Test, public actor_fixture {
protected:
  metrics::registry metrics{"test"};
  admission_self gate = system.spawn(admission, admission_config{1000, 2.0}, &time, &metrics.probes().admission);
  credit_holder one{system, gate};
  credit_holder other{system, gate};

  ~admission_test() override {
    one.end();
    other.end();
    quit(gate);
  }
  /// The whole pool in the hands of `one`.
  void take_all() {
    for (int i = 0; i < 4; ++i)
      one.ask(250);
    run();
    ASSERT_EQ(one.got().size(), 4U);
  }
  bool used(int bytes) {
    const auto line = "postroom_credit_bytes{state=\"used\"} " + std::to_string(bytes) + "\n";
    return metrics.expose().find(line) != std::string::npos;
  }
};

TEST_F(admission_test, makes_the_next_wait_until_credit_comes_back) {
  take_all();
  other.ask(100);
  run();
  EXPECT_TRUE(other.got().empty());
  one.give_back(0);
  run();
  ASSERT_EQ(other.got().size(), 1U);
  EXPECT_EQ(other.got()[0].bytes, 100U);
}

TEST_F(admission_test, takes_each_credit_back_once) {
  take_all();
  one.give_back(0);
  one.give_back(0);
  run();
  EXPECT_TRUE(used(750));
}

TEST_F(admission_test, takes_back_what_someone_held_who_has_ended) {
  take_all();
  other.ask(250);
  run();
  one.end();
  run();
  EXPECT_EQ(other.got().size(), 1U) << "a crashed mailbox must not take its credit along";
  EXPECT_TRUE(used(250));
}

TEST_F(admission_test, books_nothing_for_someone_who_ended_while_waiting) {
  take_all();
  other.ask(250);
  other.ask(250);
  run();
  other.end();
  run();
  for (std::size_t i = 0; i < 4; ++i)
    one.give_back(i);
  run();
  EXPECT_TRUE(used(0)) << "credit given to nobody would be lost for ever";
}

TEST_F(admission_test, answers_everyone_before_they_stop_listening) {
  take_all();
  other.ask(200);
  run();
  pass(credit_wait_max - 1s);
  EXPECT_EQ(other.refused(), 0);
  pass(2s);
  EXPECT_EQ(other.refused(), 1);
  one.give_back(0);
  run();
  EXPECT_TRUE(other.got().empty());
  EXPECT_TRUE(used(750)) << "nothing may be booked for a wish that was refused";
}

TEST_F(admission_test, lets_the_next_pass_when_the_one_before_gives_up) {
  take_all();
  other.ask(240);
  run();
  pass(1min);
  other.ask(10);
  one.give_back(0); // 250 free: 240 are taken, 10 remain
  run();
  ASSERT_EQ(other.got().size(), 2U);
  other.ask(240);
  run();
  pass(1min);
  other.ask(0);
  run();
  EXPECT_EQ(other.got().size(), 2U) << "a small wish must not overtake";
  pass(credit_wait_max - 30s);
  EXPECT_EQ(other.refused(), 1);
  EXPECT_EQ(other.got().size(), 3U);
}

TEST_F(admission_test, shows_what_is_booked) {
  one.ask(250);
  run();
  EXPECT_TRUE(used(250));
}

TEST_F(admission_test, lets_connections_to_one_server_through_at_the_rate) {
  std::vector<pending_answer<ack>> answers;
  for (int i = 0; i < 6; ++i)
    answers.push_back(ask<ack>(gate, want_connection{"imap.example", 993}));
  auto other_port = ask<ack>(gate, want_connection{"imap.example", 143});
  auto other_host = ask<ack>(gate, want_connection{"other.example", 993});
  EXPECT_TRUE(other_port.there() && other_host.there()) << "servers do not wait for each other";
  const auto count = [&] { return std::count_if(answers.begin(), answers.end(), [](auto& a) { return a.there(); }); };
  EXPECT_LE(count(), 2);
  pass(1050ms);
  EXPECT_LE(count(), 4);
  for (int i = 0; i < 8; ++i)
    pass(500ms);
  EXPECT_EQ(count(), 6);
}

TEST_F(admission_test, tries_an_unreachable_server_with_one_asker_at_a_time_until_it_is_back) {
  for (std::uint32_t i = 0; i < host_row::failures_until_down; ++i)
    tell(gate, connection_tried{"imap.example", 993, false});
  std::vector<pending_answer<ack>> answers;
  for (int i = 0; i < 6; ++i)
    answers.push_back(ask<ack>(gate, want_connection{"imap.example", 993}));
  const auto count = [&] { return std::count_if(answers.begin(), answers.end(), [](auto& a) { return a.there(); }); };
  EXPECT_EQ(count(), 0);
  pass(1010ms);
  EXPECT_EQ(count(), 1);
  pass(500ms);
  EXPECT_EQ(count(), 1);
  tell(gate, connection_tried{"imap.example", 993, true});
  run();
  pass(550ms);
  EXPECT_GE(count(), 2) << "the row goes on as soon as one has arrived";
  for (int i = 0; i < 5; ++i)
    pass(1s);
  EXPECT_EQ(count(), 6);
}

TEST_F(admission_test, gives_no_turn_to_those_who_ended_while_they_waited) {
  for (std::uint32_t i = 0; i < host_row::failures_until_down; ++i)
    tell(gate, connection_tried{"imap.example", 993, false});
  std::vector<caf::actor> gone;
  for (int i = 0; i < 3; ++i)
    gone.push_back(system.spawn([this](caf::event_based_actor* self) {
      for (int places = 0; places < 2; ++places)
        self->request(gate, until_its_turn, want_connection{"imap.example", 993})
            .then([](const ack&) {}, [](const caf::error&) {});
    }));
  run();
  auto alive = ask<ack>(gate, want_connection{"imap.example", 993});
  for (const auto& each : gone)
    quit(each);
  EXPECT_FALSE(alive.there());
  pass(1100ms);
  EXPECT_TRUE(alive.there()) << "the one probe belongs to who can make it";
}

} // namespace
} // namespace postroom::admission
